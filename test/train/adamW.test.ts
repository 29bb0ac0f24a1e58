import { describe, expect, test } from "vitest";
import { startTfBackend } from "../../lib/engine/tfBackend";
import { type AdamWState, adamWStep, learningRateAt } from "../../lib/train/adamW";
import { decayMask, initialVector, layoutOf } from "../../lib/train/layout";
import { updateRunningStatistics } from "../../lib/train/runningStatistics";
import { BACKENDS } from "./tiny";

const optimiser = { learningRate: 0.1, warmupSteps: 2, weightDecay: 0.05, beta1: 0.9, beta2: 0.99, clipNorm: 1 };
const closeTo = (values: readonly number[], digits = 6) => values.map((value) => expect.closeTo(value, digits));

test("the learning rate rises evenly, stays, and falls along half a cosine over the last steps", () => {
  const settings = { ...optimiser, learningRate: 1, warmupSteps: 4, decaySteps: 4 };
  const rates = [1, 2, 4, 5, 8, 9, 10, 11, 12].map((step) => learningRateAt(step, 12, settings));
  const [eighth, half] = [(1 + Math.SQRT1_2) / 2, 0.5];
  expect(rates).toEqual(closeTo([0.25, 0.5, 1, 1, 1, eighth, half, 1 - eighth, 0]));
  const whole = { ...settings, decaySteps: 100 }; // no longer than what follows the warm-up
  expect(learningRateAt(8, 12, whole)).toBeCloseTo(0.5);
});

describe.each(BACKENDS)("on %s", (backendName) => {
  test("two steps of AdamW are PyTorch's: clipped, decaying matrices alone, corrected for their beginning", async () => {
    const { tf, activate } = await startTfBackend(backendName);
    await activate();
    const before = tf.memory().numTensors;
    const { trainable } = layoutOf(
      new Map([
        ["x.weight", [2, 2]],
        ["x.bias", [2]],
      ]),
    );
    const decays = tf.tensor1d(decayMask(trainable));
    let state: AdamWState = {
      parameters: tf.tensor1d([0.5, -1, 2, 0.25, 0.1, -0.3]),
      firstMoment: tf.zeros([6]),
      secondMoment: tf.zeros([6]),
    };
    const take = async (step: number, values: number[]) => {
      const gradient = tf.tensor1d(values);
      const rate = learningRateAt(step, 3, optimiser);
      const settings = { step, learningRate: rate, optimiser };
      const next = adamWStep(tf, state, gradient, Math.hypot(...values), decays, settings);
      tf.dispose([gradient, ...Object.values(state)]);
      state = next;
      return [...(await state.parameters.data())];
    };
    // test/oracles/training.py
    const first = [0.44875, -0.9975, 2.0450001, 0.199375, 0.05, -0.25];
    expect(await take(1, [3, 0, -4, 1, 2, -1])).toEqual(closeTo(first));
    const second = [0.3668728, -0.9182665, 2.0679684, 0.1312201, 0.0053308, -0.2606176];
    expect(await take(2, [0.1, -0.2, 0.3, 0, -0.1, 0.2])).toEqual(closeTo(second));
    tf.dispose([decays, ...Object.values(state)]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("one step by hand: a value without decay moves by the learning rate, against its gradient", async () => {
  const { tf, activate } = await startTfBackend("wasm");
  await activate();
  const zeros = tf.zeros([2]) as AdamWState["firstMoment"];
  const state = { parameters: tf.tensor1d([1, 1]), firstMoment: zeros, secondMoment: zeros };
  const settings = { step: 1, learningRate: 0.1, optimiser };
  const moved = adamWStep(tf, state, tf.tensor1d([30, -40]), 50, tf.tensor1d([0, 1]), settings);
  expect([...(await moved.firstMoment.data())]).toEqual(closeTo([0.06, -0.08])); // 0.1 times [30, -40] / 50
  expect([...(await moved.secondMoment.data())]).toEqual(closeTo([0.0036, 0.0064])); // 0.01 times the squares
  expect([...(await moved.parameters.data())]).toEqual(closeTo([0.9, 1.1 - 0.1 * 0.05]));
});

test("weight decay leaves out biases, norms and embeddings", () => {
  const { trainable } = layoutOf(
    new Map([
      ["backbone.pos_embed", [1, 2, 1]],
      ["backbone.cls_token", [1, 1, 1]],
      ["backbone.norm.weight", [1]],
      ["decode_head.conv_0.weight", [1, 1, 1, 1]],
      ["decode_head.conv_0.bias", [1]],
    ]),
  );
  expect([...decayMask(trainable)]).toEqual([0, 0, 0, 0, 1, 0]);
});

test("the learning rate rises evenly, then follows half a cosine down to zero", () => {
  const rates = [1, 2, 4, 5, 6, 7, 8].map((step) => learningRateAt(step, 8, { ...optimiser, warmupSteps: 4 }));
  const half = (0.1 * (1 + Math.SQRT1_2)) / 2;
  expect(rates).toEqual(closeTo([0.025, 0.05, 0.1, half, 0.05, 0.1 - half, 0], 9));
});

test("the learning rate needs no warm-up, and stays in it when all steps belong to it", () => {
  expect(learningRateAt(1, 1, { ...optimiser, warmupSteps: 0 })).toBeCloseTo(0, 9);
  expect(learningRateAt(1, 2, { ...optimiser, warmupSteps: 0 })).toBeCloseTo(0.05, 9);
  expect(learningRateAt(3, 3, { ...optimiser, warmupSteps: 6 })).toBeCloseTo(0.05, 9);
});

test("running statistics move as PyTorch's: by momentum, with the variance of a sample", () => {
  const { statistics } = layoutOf(
    new Map([
      ["a.running_mean", [2]],
      ["a.running_var", [2]],
    ]),
  );
  const running = initialVector(statistics, 1, new Map());
  expect([...running]).toEqual([0, 0, 1, 1]);
  const moments = (start: number) => {
    const x = Array.from({ length: 12 }, (_, i) => i ** 1.5 / 7 + start); // [2, 2, 1, 3]
    const channels = [0, 1].map((channel) => x.filter((_, i) => Math.floor(i / 3) % 2 === channel));
    const mean = channels.map((values) => values.reduce((sum, value) => sum + value, 0) / 6);
    const squares = channels.map((values, c) => values.map((value) => (value - mean[c]!) ** 2));
    const variance = squares.map((values) => values.reduce((sum, value) => sum + value, 0) / 6);
    return [{ mean: Float32Array.from(mean), variance: Float32Array.from(variance), count: 6 }];
  };
  updateRunningStatistics(running, statistics, moments(0), 0.3);
  expect([...running]).toEqual(closeTo([0.426236, 0.853444, 1.29574, 1.797963], 5)); // test/oracles/training.py
  updateRunningStatistics(running, statistics, moments(5), 0.3);
  expect([...running]).toEqual(closeTo([2.224601, 2.950855, 1.502759, 2.356537], 5));
});
