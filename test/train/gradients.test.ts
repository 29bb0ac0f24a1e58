import { describe, expect, test } from "vitest";
import { everyNthLabel } from "../../lib/train/data";
import { BACKENDS, livelyLearner, tinyModel, tinyTraining, wavyBatch } from "./tiny";

/** One parameter of each kind, up to the number in its name. */
const KINDS = [
  "backbone.pos_embed",
  "backbone.cls_token",
  "backbone.patch_embed.proj.weight",
  "backbone.patch_embed.proj.bias",
  "backbone.blocks.0.norm1.weight",
  "backbone.blocks.0.norm2.bias",
  "backbone.blocks.0.attn.qkv.weight",
  "backbone.blocks.1.attn.qkv.bias",
  "backbone.blocks.1.attn.proj.weight",
  "backbone.blocks.2.mlp.fc1.weight",
  "backbone.blocks.2.mlp.fc2.bias",
  "decode_head.norm.weight",
  "decode_head.conv_0.weight",
  "decode_head.syncbn_fc_1.weight",
  "decode_head.syncbn_fc_2.bias",
  "decode_head.conv_4.weight",
  "auxiliary_head.0.conv_0.weight",
  "auxiliary_head.0.syncbn_fc_0.weight",
  "auxiliary_head.1.conv_1.bias",
];
/** What a step to either side is to change the loss by: far more than rounding does, and little enough to be linear. */
const CHANGE = 3e-4;
const LONGEST_STEP = 0.1;

const model = tinyModel(4);
const config = tinyTraining({
  optimiser: { learningRate: 1e-6, warmupSteps: 0, weightDecay: 0, beta1: 0.5, beta2: 0.5, clipNorm: 1e30 },
});
const batch = wavyBatch(model, 2);

/** Loss, auxiliary loss and gradient at given parameters: half of the first moment after one step from zero. */
async function lossAndGradient({ learner, state }: Lively, parameters = state.parameters) {
  const at = learner({ ...state, parameters });
  const { loss, auxiliaryLoss } = await at.step(batch, 1);
  const { firstMoment } = await at.state();
  at.dispose();
  return { loss, auxiliaryLoss, gradient: firstMoment.map((value) => value / 0.5) };
}

type Lively = Awaited<ReturnType<typeof livelyLearner>>;

test("every backend finds the same losses and the same gradient", async () => {
  const found = [];
  for (const backend of BACKENDS) found.push(await lossAndGradient(await livelyLearner(backend, model, config)));
  const [first] = found;
  for (const { loss, auxiliaryLoss, gradient } of found) {
    expect(loss).toBeCloseTo(first!.loss, 5);
    expect(auxiliaryLoss).toBeCloseTo(first!.auxiliaryLoss, 5);
    expect(Math.max(...gradient.map((value, i) => Math.abs(value - first!.gradient[i]!)))).toBeLessThan(1e-6);
  }
});

test("the auxiliary loss is the mean over every n-th pixel of the cross-entropy of interpolated scores", async () => {
  const lively = await livelyLearner("wasm", model, config);
  const { layout, state } = lively;
  for (const { name, offset, size } of layout.trainable) {
    if (/^auxiliary_head\.\d\.conv_1\.weight$/.test(name)) state.parameters.fill(0, offset, offset + size);
    if (/^auxiliary_head\.\d\.conv_1\.bias$/.test(name)) state.parameters.set([0, 1, 2, 3], offset);
  }
  const { data: seen } = everyNthLabel(batch, 4); // with constant scores only the labels count
  const total = [0, 1, 2, 3].reduce((sum, score) => sum + Math.exp(score), 0);
  const losses = [...seen].filter((label) => label >= 0).map((label) => Math.log(total) - label);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  expect((await lossAndGradient(lively)).auxiliaryLoss).toBeCloseTo(2 * 0.4 * mean, 5); // two heads, weight 0.4
});

test("every n-th label is taken from the middle of the first n on", () => {
  const labels = Int32Array.from({ length: 2 * 5 * 7 }, (_, i) => i);
  const pixels = { shape: [2, 3, 5, 7], data: new Float32Array(2 * 3 * 5 * 7) };
  const { shape, data } = everyNthLabel({ pixels, labels }, 3);
  expect(shape).toEqual([2, 2, 2]);
  expect([...data]).toEqual([8, 11, 29, 32, 43, 46, 64, 67]); // rows 1 and 4, columns 1 and 4
  expect(everyNthLabel({ pixels, labels }, 1).data).toEqual(labels);
});

describe.each(BACKENDS)("on %s", (backend) => {
  test("the gradient of the whole loss agrees with finite differences in every kind of parameter", async () => {
    const lively = await livelyLearner(backend, model, config);
    const { layout, state } = lively;
    const { gradient } = await lossAndGradient(lively);
    for (const name of KINDS) {
      const { offset, size } = layout.trainable.find((entry) => entry.name === name)!;
      const own = gradient.subarray(offset, offset + size);
      const length = Math.hypot(...own);
      const step = Math.min(LONGEST_STEP, CHANGE / length);
      const moved = (sign: number) => {
        const parameters = state.parameters.slice();
        own.forEach((value, i) => {
          parameters[offset + i]! += (sign * step * value) / length;
        });
        return lossAndGradient(lively, parameters);
      };
      const [ahead, behind] = [await moved(1), await moved(-1)].map(({ loss, auxiliaryLoss }) => loss + auxiliaryLoss);
      const share = (ahead! - behind!) / (2 * step) / length; // of the slope along the gradient
      expect(Math.abs(share - 1), name).toBeLessThan(0.08);
    }
  });
});
