import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseTrainingConfig, readTrainingConfig } from "../../lib/train/config";
import { temporaryFolder } from "../fixtures";
import { TINY_TRAINING } from "./tiny";

const folder = await temporaryFolder();
const scenes = { data: { type: "scenes", firstSeed: 1000, heldOutSeed: 0 }, steps: 3, batchSize: 2 };
const pictures = { type: "folder", images: "a", labels: "b", heldOutImages: "c", heldOutLabels: "d", classes: ["x"] };

test("what is left out has a value", () => {
  expect(parseTrainingConfig(scenes)).toEqual({
    ...scenes,
    data: { ...scenes.data, turned: 0 },
    model: {},
    seed: 1,
    optimiser: { learningRate: 1e-3, warmupSteps: 100, weightDecay: 0.05, beta1: 0.9, beta2: 0.999, clipNorm: 1 },
    batchNormMomentum: 0.1,
    heldOut: 64,
    evaluateEvery: 500,
    saveEvery: 200,
  });
  const { data } = parseTrainingConfig({ ...scenes, data: pictures });
  expect(data).toEqual({ ...pictures, mirror: true, reduceZeroLabel: false });
});

test("what is parsed already stays as it is", () => {
  const config = parseTrainingConfig(TINY_TRAINING);
  expect(parseTrainingConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
});

test.each<[string, unknown]>([
  ["value", 7],
  ["value", null],
  ["steps", { ...scenes, steps: 0 }],
  ["steps", { ...scenes, steps: "many" }],
  ["batchSize", { ...scenes, batchSize: 1.5 }],
  ["seed", { ...scenes, seed: -1 }],
  ["from", { ...scenes, from: "" }],
  ["data.type", { ...scenes, data: { type: "video" } }],
  ["data.heldOutSeed", { ...scenes, data: { type: "scenes", firstSeed: 1 } }],
  ["data.classes", { ...scenes, data: { ...pictures, classes: [] } }],
  ["data.ignoreLabel", { ...scenes, data: { ...pictures, ignoreLabel: -1 } }],
  ["data.scale", { ...scenes, data: { ...pictures, scale: [2, 0.5] } }],
  ["data.scale", { ...scenes, data: { ...pictures, scale: [1] } }],
  ["data.scale.0", { ...scenes, data: { ...pictures, scale: [0, 1] } }],
  ["model.patchSize", { ...scenes, model: { patchSize: 0 } }],
  ["model.normalisation", { ...scenes, model: { normalisation: "none" } }],
  ["optimiser.beta2", { ...scenes, optimiser: { ...TINY_TRAINING.optimiser, beta2: 1 } }],
  ["optimiser.learningRate", { ...scenes, optimiser: { ...TINY_TRAINING.optimiser, learningRate: 2 } }],
  ["optimiser.clipNorm", { ...scenes, optimiser: { ...TINY_TRAINING.optimiser, clipNorm: 0 } }],
  ["auxiliary.labelStride", { ...scenes, auxiliary: { layers: [1], channels: 2, weight: 0.4 } }],
  ["auxiliary.layers.0", { ...scenes, auxiliary: { layers: [0], channels: 2, weight: 0.4, labelStride: 1 } }],
  ["batchNormMomentum", { ...scenes, batchNormMomentum: 0 }],
  ["heldOut", { ...scenes, heldOut: 0 }],
  ["evaluateEvery", { ...scenes, evaluateEvery: 0 }],
  ["saveEvery", { ...scenes, saveEvery: Number.POSITIVE_INFINITY }],
])("a wrong %s is refused in one sentence that names it", (field, value) => {
  const refusal = {
    code: "config-shape",
    message: expect.stringMatching(`^training configuration: ${field}: [^\\n]+$`),
  };
  expect(() => parseTrainingConfig(value)).toThrow(expect.objectContaining(refusal));
});

test.each([
  ["learningRate", { ...scenes, learningRate: 0.1 }],
  ["size", { ...scenes, model: { size: 32 } }],
  ["momentum", { ...scenes, optimiser: { ...TINY_TRAINING.optimiser, momentum: 0.9 } }],
  ["mirror", { ...scenes, data: { ...scenes.data, mirror: true } }],
])("an unknown field %s is refused by its name", (field, value) => {
  expect(() => parseTrainingConfig(value)).toThrow(`"${field}"`);
});

test("a configuration is read from a file, or refused with its name", async () => {
  const path = join(folder, "config.json");
  await expect(readTrainingConfig(path)).rejects.toMatchObject({ code: "not-found" });
  await writeFile(path, "{ steps: 3 }");
  await expect(readTrainingConfig(path)).rejects.toMatchObject({ code: "not-json" });
  await writeFile(path, JSON.stringify(scenes));
  await expect(readTrainingConfig(path)).resolves.toMatchObject({ steps: 3, batchSize: 2 });
});
