import type { InferenceSession, Tensor } from "onnxruntime-node";
import { loadOrt } from "setr/dist/engine/onnxruntime";
import { encodeOnnx } from "setr/dist/ops/onnx";
import { median } from "./statistics";

const [ROWS, INNER, COLUMNS] = [901, 1024, 4096];
const PRODUCTS = 10;

/** The product, ready to be measured. */
export interface Roof {
  readonly session: InferenceSession;
  readonly x: Tensor;
}

/**
 * Prepares a [901, 1024] x [1024, 4096] product, the first one of T-Large's MLP, in ONNX Runtime with its default settings and
 * weights that it may prepare as it likes: the machine's roof for matrix products on the same engine.
 */
export async function openRoof(): Promise<Roof> {
  const ort = await loadOrt();
  const weight = Float32Array.from({ length: COLUMNS * INNER }, (_, i) => Math.sin(i));
  const bytes = new Uint8Array(weight.buffer);
  const graph = encodeOnnx({
    nodes: [{ operator: "Gemm", inputs: ["x", "w"], outputs: ["y"], attributes: { transB: 1n } }],
    initializers: [{ name: "w", type: "F32", shape: [COLUMNS, INNER], data: { kind: "inline", bytes } }],
    inputs: [{ name: "x", shape: [ROWS, INNER] }],
    outputs: [{ name: "y", shape: [ROWS, COLUMNS] }],
  });
  const session = await ort.InferenceSession.create(graph, { logSeverityLevel: 3 });
  return { session, x: new ort.Tensor("float32", new Float32Array(ROWS * INNER).fill(0.1), [ROWS, INNER]) };
}

/** One sample of the roof in FLOP/s: the median of ten products, after one that wakes the threads. */
export async function sampleRoof({ session, x }: Roof): Promise<number> {
  const seconds: number[] = [];
  for (let product = 0; product <= PRODUCTS; product++) {
    const start = performance.now();
    await session.run({ x });
    seconds.push((performance.now() - start) / 1000);
  }
  return (2 * ROWS * INNER * COLUMNS) / median(seconds.slice(1));
}
