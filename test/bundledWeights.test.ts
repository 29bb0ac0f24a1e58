import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { similarityOf } from "../lib/activations";
import { positionStructure } from "../lib/analysis/positionStructure";
import type { NdArray } from "../lib/arrays";
import { openSafetensors } from "../lib/checkpoint/safetensors";
import { openSetr } from "../lib/setr";
import { readTrainingConfig, type TrainingConfig } from "../lib/train/config";
import type { Evaluation } from "../lib/train/history";
import { ConfusionMatrix } from "../lib/train/metrics";
import { sceneData } from "../lib/train/sceneData";
import { SCENE_CLASSES } from "../lib/train/scenes/classes";
import { focusOnThings } from "./bundledWeights";

const WEIGHTS = join(__dirname, "..", "weights");
const path = join(WEIGHTS, "setr-pup-scenes.safetensors");
const card = await readFile(join(WEIGHTS, "setr-pup-scenes.md"), "utf8");
const { metadata, tensors } = await openSafetensors(path);
const record = JSON.parse(metadata["setr.training"]!) as { config: TrainingConfig; evaluation: Evaluation };
const { config, evaluation } = record;
const model = await openSetr(path, { engine: "onnxruntime", cache: false });
afterAll(() => model.close());

/** A number of the card's table, by the beginning of its row. */
function stated(row: string): number {
  const line = card.split("\n").find((text) => text.startsWith(`| ${row} |`));
  return Number(/\| *(-?[\d.]+)/.exec((line ?? "").slice(row.length + 3))?.[1]);
}

test("the file is small, in half precision, and has 24 layers at 240x240 pixels", async () => {
  expect((await stat(path)).size).toBeLessThan(12e6);
  expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(["F16"]));
  expect(model.config).toMatchObject({ depth: 24, imageHeight: 240, imageWidth: 240, patchSize: 16, numClasses: 15 });
  expect(model.config.decoder).toMatchObject({ type: "pup", order: "official" });
  expect(model.weights).toMatchObject({ trained: true, classes: SCENE_CLASSES });
});

test("the configuration beside it is the one it was trained with", async () => {
  expect(await readTrainingConfig(join(WEIGHTS, "setr-pup-scenes.json"))).toEqual(config);
  expect(stated("steps")).toBe(evaluation.step);
  expect(evaluation.step).toBe(config.steps);
});

test("the held-out scenes give the mIoU, the accuracy and the IoU of each class that the card states", async () => {
  if (config.data.type !== "scenes") throw new Error("expected scenes");
  const source = sceneData(model.config, config.data, { steps: config.steps, batchSize: 10 });
  const confusion = new ConfusionMatrix(SCENE_CLASSES.length);
  for await (const { pixels, labels } of source.heldOut(evaluation.pictures)) {
    confusion.add(labels, highest((await model.run(pixels, { capture: ["logits"] })).get("logits")));
  }
  const { meanIoU, pixelAccuracy, iou } = confusion.scores();
  expect(stated("held-out scenes")).toBe(evaluation.pictures);
  expect(evaluation.pictures).toBe(500);
  expect(meanIoU).toBeGreaterThanOrEqual(0.75);
  for (const [row, value, written] of [
    ["mIoU", meanIoU, evaluation.meanIoU],
    ["pixel accuracy", pixelAccuracy, evaluation.pixelAccuracy],
    ...SCENE_CLASSES.map((name, k) => [name, iou[k]!, evaluation.iou[k]!] as const),
  ] as const) {
    expect(value, row).toBeCloseTo(written, 2);
    expect(stated(row), row).toBeCloseTo(written, 3);
  }
}, 300_000);

test("position embeddings have the structure that the card states", async () => {
  const { neighbours, correlation } = positionStructure(await similarityOf(model), model.grid);
  expect(neighbours).toBeGreaterThan(0.4);
  expect(correlation).toBeGreaterThan(0.4);
  expect(stated("position similarity of neighbours")).toBeCloseTo(neighbours, 2);
  expect(stated("correlation of position similarity with minus distance")).toBeCloseTo(correlation, 2);
});

test("relative rollout lies on the things it starts from, as far as the card states", async () => {
  const { inside, area, things } = await focusOnThings(
    model,
    Array.from({ length: 40 }, (_, seed) => seed),
  );
  expect(stated("things looked at")).toBe(things);
  expect(stated("share of the rollout on its thing")).toBeCloseTo(inside, 2);
  expect(stated("share of the picture it covers")).toBeCloseTo(area, 2);
  expect(inside).toBeGreaterThan(2 * area);
}, 120_000);

/** The class with the highest score of every pixel, [B, H, W]. */
function highest({ shape, data }: NdArray): Uint16Array {
  const [batch, classes, height, width] = shape as [number, number, number, number];
  const pixels = height * width;
  const found = new Uint16Array(batch * pixels);
  for (let i = 0; i < found.length; i++) {
    const start = Math.floor(i / pixels) * classes * pixels + (i % pixels);
    let best = 0;
    for (let k = 1; k < classes; k++) if (data[start + k * pixels]! > data[start + best * pixels]!) best = k;
    found[i] = best;
  }
  return found;
}
