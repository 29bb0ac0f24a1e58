// P rows, C columns
import type * as Ort from "onnxruntime-node";
import type { CosineProduct } from "../analysis/similarity";
import { encodeOnnx, ONNX_TYPES } from "../ops/onnx";
import { onnxConstant, onnxNode } from "../ops/onnxParts";
import { PRODUCT_OPTIONS } from "./matrixProduct";
import { loadOrt } from "./onnxruntime";
import { SessionCache } from "./sessionCache";

/** Sizes that stay prepared; a session is small, as its matrix is an input. */
const MAX_SESSIONS = 4;

/** A length that no vector but 0 stays under, so that 0 is divided by something. */
const LEAST_LENGTH = Number.MIN_VALUE * 2 ** 52;

const sessions = new SessionCache<Ort.InferenceSession>(MAX_SESSIONS, (session) => session.release());

/** Cosines by ONNX Runtime on the processor, in one graph of double precision; see `CosineProduct`. */
export const cosineProduct: CosineProduct = async ({ rows, columns, data }) => {
  const ort = await loadOrt();
  const make = () => ort.InferenceSession.create(cosineGraph(rows, columns), PRODUCT_OPTIONS);
  return sessions.use(`${rows} ${columns}`, make, async (session) => {
    const { cosines } = await session.run({ x: new ort.Tensor("float32", data, [rows, columns]) });
    return cosines!.data as Float32Array;
  });
};

function cosineGraph(rows: number, columns: number): Uint8Array {
  return encodeOnnx({
    nodes: [
      onnxNode("Cast", ["x"], "wide", { to: BigInt(ONNX_TYPES.F64) }),
      onnxNode("Mul", ["wide", "wide"], "squares"),
      onnxNode("ReduceSum", ["squares", "axis"], "sums", { keepdims: 1n }),
      onnxNode("Sqrt", ["sums"], "lengths"),
      onnxNode("Max", ["lengths", "least"], "divisors"),
      onnxNode("Div", ["wide", "divisors"], "units"),
      onnxNode("Gemm", ["units", "units"], "products", { transB: 1n }),
      onnxNode("Cast", ["products"], "cosines", { to: BigInt(ONNX_TYPES.F32) }),
    ],
    initializers: [onnxConstant("axis", BigInt64Array.of(1n)), onnxConstant("least", Float64Array.of(LEAST_LENGTH))],
    inputs: [{ name: "x", shape: [rows, columns] }],
    outputs: [{ name: "cosines", shape: [rows, rows] }],
  });
}
