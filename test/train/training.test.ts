import { execFile } from "node:child_process";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { writeSafetensors } from "../../lib/checkpoint/writeSafetensors";
import { startTfBackend } from "../../lib/engine/tfBackend";
import type { TrainingConfig } from "../../lib/train/config";
import type { TrainingHistory } from "../../lib/train/history";
import { readTrainingState, writeTrainingState } from "../../lib/train/state";
import { openTraining, type Training, type TrainingOptions } from "../../lib/train/training";
import { temporaryFolder } from "../fixtures";
import { BACKENDS, TINY_TRAINING, tinyTraining } from "./tiny";

const folder = await temporaryFolder();
const at = (name: string) => join(folder, name);

const opened: Training[] = [];
afterEach(async () => {
  for (const training of opened.splice(0)) await training.close();
});

async function open(config: TrainingConfig, options: TrainingOptions = {}): Promise<Training> {
  const training = await openTraining(config, { backend: "wasm", ...options });
  opened.push(training);
  return training;
}

/** Steps and evaluations up to a step, as the command does them. */
async function goTo(training: Training, step: number): Promise<void> {
  while (training.step < step) {
    await training.next();
    if (training.step % training.config.evaluateEvery === 0) await training.evaluate();
  }
}

/** All vectors of a state. */
async function vectorsOf(path: string): Promise<Record<string, Float32Array>> {
  const file = await openSafetensors(path);
  const names = ["parameters", "firstMoment", "secondMoment", "statistics"];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await readTensor(file, name)).data])),
  ) as Record<string, Float32Array>;
}

/** A whole run: its state's vectors and its history. */
async function run(
  config: TrainingConfig,
  options: TrainingOptions,
): Promise<{ vectors: Record<string, Float32Array>; history: TrainingHistory }> {
  const training = await open(config, options);
  await goTo(training, config.steps);
  await training.saveState(at("whole.state.safetensors"));
  return { vectors: await vectorsOf(at("whole.state.safetensors")), history: training.history };
}

describe.each(BACKENDS)("on %s", (backend) => {
  test("the same configuration gives the same bits; the loss falls", async () => {
    const config = tinyTraining({ steps: 8, evaluateEvery: 8 });
    const first = await run(config, { backend });
    expect(await run(config, { backend })).toEqual(first);
    const { losses } = first.history;
    expect(losses.at(-1)!.loss).toBeLessThan(losses[0]!.loss);
    expect(first.history.evaluations).toHaveLength(1);
  });

  test("going on from a saved state equals never having stopped, bit for bit", async () => {
    const config = tinyTraining({ steps: 4 });
    const whole = await run(config, { backend });
    const state = at(`${backend}.state.safetensors`);
    const before = await open(config, { backend, state });
    await goTo(before, 2);
    await before.saveState(state);
    await before.close();
    const after = await open(config, { backend, state });
    expect(after.step).toBe(2);
    expect(after.seconds).toBe(before.seconds);
    await goTo(after, config.steps);
    await after.saveState(state);
    expect({ vectors: await vectorsOf(state), history: after.history }).toEqual(whole);
  });

  test("nothing is left on the backend after steps, an evaluation, a step that throws, and the end", async () => {
    const { tf } = await startTfBackend(backend);
    const before = tf.memory().numTensors;
    const training = await open(tinyTraining(), { backend });
    await training.next();
    const within = tf.memory().numTensors;
    await training.next();
    await training.evaluate();
    await training.saveState(at("memory.state.safetensors"));
    expect(tf.memory().numTensors).toBe(within);
    const { batch } = training.data;
    const spoilt = async (step: number) => {
      const { pixels, labels } = await batch(step);
      return { pixels: { ...pixels, data: pixels.data.map(() => Number.NaN) }, labels };
    };
    Object.assign(training.data, { batch: spoilt });
    await expect(training.next()).rejects.toMatchObject({ code: "not-finite" });
    Object.assign(training.data, { batch: async (step: number) => ({ ...(await batch(step)), labels: "none" }) });
    await expect(training.next()).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(within);
    await training.close();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("a step that is not finite changes nothing: the training goes on as if it had not been", async () => {
    const config = tinyTraining({ evaluateEvery: 100 });
    const whole = await run(config, { backend });
    const training = await open(config, { backend });
    await goTo(training, 3);
    const { batch } = training.data;
    const spoilt = async (step: number) => {
      const { pixels, labels } = await batch(step);
      pixels.data[5] = Number.NaN;
      return { pixels, labels };
    };
    Object.assign(training.data, { batch: spoilt });
    const refusal = /^step 4: expected finite numbers, found loss .*, auxiliary loss .*, gradient norm/;
    await expect(training.next()).rejects.toThrow(refusal);
    expect(training.step).toBe(3);
    Object.assign(training.data, { batch });
    await goTo(training, config.steps);
    await training.saveState(at("recovered.state.safetensors"));
    expect(await vectorsOf(at("recovered.state.safetensors"))).toEqual(whole.vectors);
    expect(training.history).toEqual(whole.history);
  });
});

test("another seed gives other values", async () => {
  const [three, four] = [await open(tinyTraining()), await open(tinyTraining({ seed: 4 }))];
  expect(await three.posEmbed()).not.toEqual(await four.posEmbed());
});

test("there is no step after the last", async () => {
  const training = await open(tinyTraining({ steps: 1 }));
  await training.next();
  await expect(training.next()).rejects.toMatchObject({ code: "finished" });
});

test("an evaluation looks at the held-out pictures asked for and can be stopped", async () => {
  const training = await open(tinyTraining());
  const evaluation = await training.evaluate();
  expect(evaluation).toMatchObject({ step: 0, pictures: 3 });
  expect(evaluation.iou).toHaveLength(15);
  expect(evaluation.meanIoU).toBeGreaterThanOrEqual(0);
  expect(await training.evaluate(5)).toMatchObject({ pictures: 5 });
  await expect(training.evaluate(100, AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
  expect(training.history.evaluations).toHaveLength(2);
});

test("held-out scenes that are left early leave no thread behind", async () => {
  const program = `
    const { sceneData } = require(${JSON.stringify(join(__dirname, "../../lib/dist/train/sceneData"))});
    const data = { type: "scenes", firstSeed: 100, heldOutSeed: 0, turned: 0 };
    const model = { imageHeight: 32, imageWidth: 48, normalisation: "imagenet" };
    (async () => {
      for await (const _ of sceneData(model, data, { steps: 1, batchSize: 1 }).heldOut(50)) break;
    })();`;
  const child = promisify(execFile)(process.execPath, ["-e", program], { timeout: 30_000 });
  await expect(child).resolves.toEqual({ stdout: "", stderr: "" }); // it ends by itself
});

test("batches depend on the step alone", async () => {
  const [first, second] = [await open(tinyTraining()), await open(tinyTraining())];
  await first.data.batch(1);
  const third = await first.data.batch(2).then(() => first.data.batch(3));
  expect(await second.data.batch(3)).toEqual(third);
  expect(await second.data.batch(1)).not.toEqual(third);
});

test("held-out scenes are never learned from", async () => {
  const seeds = (firstSeed: number, heldOutSeed: number) => ({ data: { type: "scenes", firstSeed, heldOutSeed } });
  const message = "data.heldOutSeed: expected seeds apart from those learned from, 100 to 109, found 98 to 100";
  await expect(open(tinyTraining(seeds(100, 98)))).rejects.toMatchObject({ code: "seeds-overlap", message });
  await expect(open(tinyTraining(seeds(100, 109)))).rejects.toMatchObject({ code: "seeds-overlap" });
  await expect(open(tinyTraining(seeds(100, 90)), { mostHeldOut: 11 })).rejects.toMatchObject({
    code: "seeds-overlap",
  });
  const training = await open(tinyTraining(seeds(100, 110)));
  expect((await training.evaluate()).pictures).toBe(3);
  await expect((await open(tinyTraining(seeds(100, 90)))).evaluate(11)).rejects.toMatchObject({
    code: "seeds-overlap",
  });
});

test.each([
  ["a layer that there is not", { auxiliary: { ...TINY_TRAINING.auxiliary, layers: [4] } }, "auxiliary"],
  ["a stride longer than the picture", { auxiliary: { ...TINY_TRAINING.auxiliary, labelStride: 33 } }, "auxiliary"],
  ["no decoder", { model: { ...TINY_TRAINING.model, decoder: { type: "none" } } }, "no-decoder"],
  ["an impossible model", { model: { ...TINY_TRAINING.model, numHeads: 5 } }, "heads"],
  ["another impossible one", { model: { ...TINY_TRAINING.model, imageHeight: 40 } }, "image-size"],
  ["an unknown decoder", { model: { ...TINY_TRAINING.model, decoder: { type: "fcn" } } }, "config-shape"],
  ["a checkpoint that is not there", { from: at("missing.safetensors") }, "not-found"],
])("%s is refused", async (_, changes, code) => {
  await expect(open(tinyTraining(changes))).rejects.toMatchObject({ code });
});

describe("a state", async () => {
  const state = at("kept.state.safetensors");
  const training = await openTraining(tinyTraining(), { backend: "wasm" });
  await training.next();
  await training.saveState(state);
  await training.close();

  test.each([
    ["batchSize", { batchSize: 3 }, "expected a training with batchSize 3, found one with 2"],
    ["seed", { seed: 4 }, "expected a training with seed 4, found one with 3"],
    ["auxiliary", { auxiliary: undefined }, "expected a training with auxiliary left out, found one with {"],
  ])("of a training with another %s is refused", async (_, changes, message) => {
    const refusal = { code: "other-training", message: expect.stringContaining(message) };
    await expect(open(tinyTraining(changes), { state })).rejects.toMatchObject(refusal);
  });

  test("goes on with more steps while the learning rate has not begun to fall, and not later", async () => {
    const path = at("longer.state.safetensors");
    const optimiser = { ...TINY_TRAINING.optimiser, warmupSteps: 1, decaySteps: 2 };
    const shorter = tinyTraining({ optimiser, steps: 4 });
    const training = await openTraining(shorter, { backend: "wasm" });
    for (let step = 1; step <= 2; step++) await training.next();
    await training.saveState(path);
    expect((await open(tinyTraining({ optimiser, steps: 9 }), { state: path })).step).toBe(2);
    await training.next();
    await training.saveState(path);
    await training.close();
    const refusal = { message: expect.stringContaining("expected a training with steps 9, found one with 4") };
    await expect(open(tinyTraining({ optimiser, steps: 9 }), { state: path })).rejects.toMatchObject(refusal);
  });

  test("goes on with another rhythm, and whatever the order of the fields", async () => {
    const { model, ...others } = TINY_TRAINING;
    const turned = Object.fromEntries(Object.entries(model).reverse());
    const config = tinyTraining({ ...others, model: turned, heldOut: 5, evaluateEvery: 9, saveEvery: 1 });
    expect((await open(config, { state })).step).toBe(1);
  });

  test("that is not there is none", async () => {
    expect((await open(tinyTraining(), { state: at("none.state.safetensors") })).step).toBe(0);
  });

  test("keeps scores that are no numbers", async () => {
    const score = { iou: [Number.NaN, 0.5], meanIoU: 0.5, pixelAccuracy: Number.NaN };
    const evaluation = { step: 1, pictures: 2, ...score, neighbourSimilarity: Number.NaN, distanceCorrelation: 0 };
    const path = at("numbers.state.safetensors");
    const stored = (await readTrainingState(state, tinyTraining()))!;
    const history = { losses: [{ step: 1, loss: 2, auxiliaryLoss: 0 }], evaluations: [evaluation] };
    await writeTrainingState(path, tinyTraining(), { ...stored, history });
    expect((await readTrainingState(path, tinyTraining()))!.history).toEqual(history);
  });

  test("that was cut short is refused", async () => {
    const bytes = await readFile(state);
    await writeFile(at("short.state.safetensors"), bytes.subarray(0, bytes.length - 100));
    const message = expect.stringMatching(/^.*short\.state\.safetensors: expected \d+ bytes for its tensors/);
    await expect(open(tinyTraining(), { state: at("short.state.safetensors") })).rejects.toMatchObject({ message });
  });

  test("of another kind of file is refused", async () => {
    const other = at("other.state.safetensors");
    await writeSafetensors(other, [{ name: "parameters", shape: [1], dtype: "F32", read: () => Float32Array.of(1) }]);
    await expect(open(tinyTraining(), { state: other })).rejects.toMatchObject({ code: "not-a-state" });
    await writeFile(other, "no tensors at all");
    await expect(open(tinyTraining(), { state: other })).rejects.toMatchObject({ area: "checkpoint" });
  });

  test("with values for another model is refused", async () => {
    const { metadata } = await openSafetensors(state);
    const vectors = Object.entries(await vectorsOf(state));
    const changed = at("changed.state.safetensors");
    const tensors = vectors.map(([name, data]) => {
      return { name, shape: [data.length - 1], dtype: "F32" as const, read: () => data.slice(1) };
    });
    await writeSafetensors(changed, tensors, metadata);
    const message = expect.stringMatching(/parameters: expected \d+ values as in the model, found \d+ /);
    await expect(open(tinyTraining(), { state: changed })).rejects.toMatchObject({ code: "not-a-state", message });
  });

  test.skipIf(!BACKENDS.includes("tensorflow"))("goes on with another backend, which says so", async () => {
    await copyFile(state, at("moved.state.safetensors"));
    const moved = await open(tinyTraining(), { state: at("moved.state.safetensors"), backend: "tensorflow" });
    expect(moved.notes).toEqual([
      expect.stringMatching(/^state: computed by @tensorflow\/tfjs-backend-wasm .* so far/),
    ]);
    await goTo(moved, 2);
  });
});
