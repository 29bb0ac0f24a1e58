import type * as Ort from "onnxruntime-node";
import type { Matrix, MatrixProduct } from "../analysis/matrix";
import { encodeOnnx } from "../ops/onnx";
import { loadOrt, SPINNING } from "./onnxruntime";
import { SessionCache } from "./sessionCache";

/** Kinds of products that stay prepared; a session is small, as its matrices are inputs. */
const MAX_SESSIONS = 16;

/** Nothing is held or turned over between products, and nothing in their graphs is to be rewritten. */
export const PRODUCT_OPTIONS: Ort.InferenceSession.SessionOptions = {
  graphOptimizationLevel: "disabled",
  enableCpuMemArena: false,
  logSeverityLevel: 3,
  extra: { session: SPINNING },
};

const sessions = new SessionCache<Ort.InferenceSession>(MAX_SESSIONS, (session) => session.release());

/** Products by ONNX Runtime on the processor, many times as fast as loops; see `MatrixProduct`. */
export const matrixProduct: MatrixProduct = async (a, b, transposed = false) => {
  const ort = await loadOrt();
  const type = a.data instanceof Float64Array ? "float64" : "float32";
  const [rows, columns] = [a.rows, transposed ? b.rows : b.columns];
  const key = [type, a.rows, a.columns, columns, transposed].join(" ");
  const make = () => ort.InferenceSession.create(productGraph(a, b, columns, transposed), PRODUCT_OPTIONS);
  return sessions.use(key, make, async (session) => {
    const { y } = await session.run({ a: tensorOf(ort, a), b: tensorOf(ort, b) });
    return { rows, columns, data: y!.data as typeof a.data };
  });
};

function tensorOf(ort: typeof Ort, { rows, columns, data }: Matrix<Float32Array | Float64Array>): Ort.Tensor {
  const shape = [rows, columns];
  return data instanceof Float64Array ? new ort.Tensor("float64", data, shape) : new ort.Tensor("float32", data, shape);
}

function productGraph(
  a: Matrix<Float32Array | Float64Array>,
  b: Matrix<Float32Array | Float64Array>,
  columns: number,
  transposed: boolean,
): Uint8Array {
  const type = a.data instanceof Float64Array ? "F64" : "F32";
  const attributes = transposed ? { transB: 1n } : {};
  return encodeOnnx({
    nodes: [{ operator: "Gemm", inputs: ["a", "b"], outputs: ["y"], attributes }],
    initializers: [],
    inputs: [
      { name: "a", shape: [a.rows, a.columns], type },
      { name: "b", shape: [b.rows, b.columns], type },
    ],
    outputs: [{ name: "y", shape: [a.rows, columns], type }],
  });
}
