import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { restoreNodeUtil } from "../../lib/engine/nodeUtil";
import { startTfBackend } from "../../lib/engine/tfBackend";
import { improveKernels } from "../../lib/engine/wasmKernels";

test("the kernels of the WebAssembly backend agree with those of the cpu backend", async () => {
  const { tf } = await startTfBackend("wasm");
  improveKernels(tf, "wasm"); // twice does no harm
  const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, "float32", seed);
  const compute = async (backend: string) => {
    await tf.setBackend(backend);
    const x = random([2, 7, 11, 3], 1) as Tensor4D;
    const results: number[][] = [];
    for (const [kernel, stride, pad] of [
      [3, 1, 1],
      [1, 1, 0],
      [3, 2, 1],
      [5, 5, 0],
    ] as const) {
      const filter = random([kernel, kernel, 3, 5], kernel) as Tensor4D;
      const convolve = (a: typeof x, b: typeof filter) => tf.conv2d(a, b, stride, pad, "NHWC", 1, "floor").square();
      for (const gradient of tf.grads(convolve as (...args: Tensor[]) => Tensor)([x, filter])) {
        results.push([...(await gradient.data())]);
      }
    }
    for (const [a, b, transposeA, transposeB] of [
      [[2, 3, 5, 7], [2, 3, 7, 4], false, false],
      [[2, 3, 7, 5], [2, 3, 4, 7], true, true],
      [[5, 7], [4, 7], false, true],
      [[3, 5, 7], [1, 7, 4], false, false],
    ] as const) {
      results.push([...(await tf.matMul(random([...a], 5), random([...b], 6), transposeA, transposeB).data())]);
    }
    for (const [shape, sizes, axis] of [
      [[7, 3, 2], [2, 1, 4], 0],
      [[3, 7], [5, 2], 1],
      [[6, 5], 3, 0],
    ] as const) {
      const parts = tf.split(random([...shape], 7), typeof sizes === "number" ? sizes : [...sizes], axis);
      for (const part of parts) results.push([...part.shape, ...(await part.data())]);
    }
    return results;
  };
  const [wasm, cpu] = [await compute("wasm"), await compute("cpu")];
  await tf.setBackend("wasm");
  wasm.forEach((values, i) => {
    expect(values).toHaveLength(cpu[i]!.length);
    values.forEach((value, j) => {
      expect(Math.abs(value - cpu[i]![j]!)).toBeLessThan(1e-4);
    });
  });
});

test("functions that Node 23 removed from util are put back, and those that are there stay", () => {
  const own = () => true;
  const util: Record<string, unknown> = { isArray: own };
  restoreNodeUtil(util);
  expect(util.isArray).toBe(own);
  const isNullOrUndefined = util.isNullOrUndefined as (value: unknown) => boolean;
  expect([null, undefined, 0, ""].map(isNullOrUndefined)).toEqual([true, true, false, false]);
});
