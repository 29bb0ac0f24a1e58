import type * as Ort from "onnxruntime-node";
import { GraphOps, type ParameterSource } from "../ops/graph";
import { encodeOnnx } from "../ops/onnx";

const [ROWS, INPUTS, OUTPUTS] = [3, 32, 48];

const tried = new WeakMap<typeof Ort, Promise<boolean>>();

/**
 * Whether ONNX Runtime has convolutions on blocks of channels on this processor, and they multiply as they should: they are
 * its own operators, which no standard promises. Found out once, by a small product of whole numbers.
 */
export function computesInBlocks(ort: typeof Ort): Promise<boolean> {
  const found = tried.get(ort) ?? multipliesInBlocks(ort).catch(() => false);
  tried.set(ort, found);
  return found;
}

async function multipliesInBlocks(ort: typeof Ort): Promise<boolean> {
  const values: Readonly<Record<string, Float32Array>> = {
    input: wholeNumbers(ROWS * INPUTS, 7),
    weight: wholeNumbers(OUTPUTS * INPUTS, 11),
    bias: wholeNumbers(OUTPUTS, 5),
  };
  const { input, weight, bias } = values as { input: Float32Array; weight: Float32Array; bias: Float32Array };
  const source: ParameterSource = (name) => {
    return { type: "F32", data: { kind: "inline", bytes: new Uint8Array(values[name]!.buffer) } };
  };
  const ops = new GraphOps([1, ROWS, INPUTS], ["y"], source, true, 1);
  const parameters = [ops.parameter("weight", [OUTPUTS, INPUTS]), ops.parameter("bias", [OUTPUTS])] as const;
  ops.tap("y", ops.linear(ops.input, ...parameters));
  const [graph] = ops.finish();
  const session = await ort.InferenceSession.create(encodeOnnx(graph!), {
    graphOptimizationLevel: "disabled",
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
  });
  const results = await session.run({ input: new ort.Tensor("float32", input, [1, ROWS, INPUTS]) });
  const found = Object.values(results)[0]!.data as Float32Array;
  await session.release();
  return found.every((value, at) => {
    const [row, output] = [Math.floor(at / OUTPUTS), at % OUTPUTS];
    let sum = bias[output]!;
    for (let i = 0; i < INPUTS; i++) sum += input[row * INPUTS + i]! * weight[output * INPUTS + i]!;
    return value === sum; // exact: sums of small whole numbers
  });
}

function wholeNumbers(count: number, period: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((i * i) % period) - 2);
}
