import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { NdArray } from "../../lib/arrays";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { writeArrays } from "../../lib/checkpoint/writeSafetensors";
import { maskPng } from "../../lib/image/maskPng";
import { readPhoto } from "../../lib/image/photo";
import { openSetr } from "../../lib/setr";
import { openSurvey } from "../../lib/survey/openSurvey";
import type { SurveyOptions } from "../../lib/survey/plan";
import { runSurvey } from "../../lib/survey/survey";
import { drawScene } from "../../lib/train/scenes/scene";
import { fixture, temporaryFolder } from "../fixtures";

const ORACLE = join(__dirname, "..", "oracles", "survey.py");
const SCENES = 50;
const BUNDLED = join(__dirname, "..", "..", "weights", "setr-pup-scenes.safetensors");

const hasNumpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;
if (!hasNumpy && !process.env.CI) console.log("skipped: the independent IoU (no python3 with numpy)");

const folder = await temporaryFolder();

function oracle(...args: string[]): string {
  return execFileSync("python3", [ORACLE, ...args], { encoding: "utf8" });
}

/** Scenes as files; stored labels are the class + 1, and 0 or 255 along two edges. */
async function writeScenes(name: string, size: { height: number; width: number }, classes: number) {
  const [images, labels] = [join(folder, name, "images"), join(folder, name, "labels")];
  await mkdir(images, { recursive: true });
  await mkdir(labels, { recursive: true });
  const arrays = new Map<string, NdArray>();
  for (let i = 0; i < SCENES; i++) {
    const scene = await drawScene(3000 + i, size);
    const stored = Uint16Array.from(scene.labels, (label, pixel) => {
      if (pixel < 3 * size.width) return 0;
      return pixel % size.width < 5 ? 255 : 1 + (label % classes);
    });
    const file = String(i).padStart(2, "0");
    const raw = { ...size, channels: 3 as const };
    await sharp(scene.pixels, { raw })
      .png()
      .toFile(join(images, `${file}.png`));
    await writeFile(join(labels, `${file}.png`), await maskPng({ ...size, classes: stored }));
    arrays.set(`image/${file}`, { shape: [size.height, size.width, 3], data: Float32Array.from(scene.pixels) });
    arrays.set(`label/${file}`, { shape: [size.height, size.width], data: Float32Array.from(stored) });
  }
  const names = Array.from({ length: classes }, (_, k) => `class ${k}`);
  const meaning = join(folder, name, "classes.json");
  await writeFile(meaning, JSON.stringify({ classes: names, reduceZeroLabel: true }));
  return { images, labels, classes: meaning, arrays };
}

async function surveyed(options: SurveyOptions) {
  await runSurvey(options);
  const survey = await openSurvey(options.out);
  const { classes, ...rest } = await survey.iou();
  survey.close();
  return { iou: classes.map(({ iou }) => (Number.isNaN(iou) ? null : iou)), ...rest };
}

type Scores = Awaited<ReturnType<typeof surveyed>>;

function expectEqual(found: Scores, expected: Scores): void {
  expect(Math.abs(found.meanIoU - expected.meanIoU)).toBeLessThan(1e-9);
  expect(Math.abs(found.pixelAccuracy - expected.pixelAccuracy)).toBeLessThan(1e-9);
  expect(found.iou.map((value) => value === null)).toEqual(expected.iou.map((value) => value === null));
  found.iou.forEach((value, k) => {
    expect(Math.abs((value ?? 0) - (expected.iou[k] ?? 0))).toBeLessThan(1e-9);
  });
}

describe.skipIf(!hasNumpy && !process.env.CI)("IoU over 50 labelled pictures", () => {
  test("is what numpy makes of the same scores, with pixels that do not count and without the zero label", async () => {
    const { arrays, ...source } = await writeScenes("whole", { height: 193, width: 251 }, 15);
    const out = join(folder, "whole", "out");
    const found = await surveyed({ ...source, weights: BUNDLED, measures: ["iou"], out });
    const model = await openSetr(BUNDLED);
    const scores = new Map([...arrays].filter(([name]) => name.startsWith("label/")));
    for (const name of [...scores.keys()]) {
      const number = name.slice("label/".length);
      const photo = await readPhoto(join(source.images, `${number}.png`), { height: 240, width: 240 });
      scores.set(`logits/${number}`, (await model.run(photo, { capture: ["logits"] })).get("logits"));
    }
    await model.close();
    await writeArrays(join(folder, "whole.safetensors"), scores);
    const settings = { size: 240, classes: 15 };
    expectEqual(found, JSON.parse(oracle("scores", join(folder, "whole.safetensors"), JSON.stringify(settings))));
    expect(found.meanIoU).toBeGreaterThan(0.3);
  }, 600_000);

  test("is what numpy makes of windows of two sizes, plain and mirrored, that numpy has cut", async () => {
    const { arrays, ...source } = await writeScenes("slide", { height: 101, width: 137 }, 7);
    const weights = fixture("setr-pup-official.safetensors");
    const inference = { mode: "slide", stride: 61, shortSide: 103, ratios: [0.5, 1.25], flip: true } as const;
    const out = join(folder, "slide", "out");
    const found = await surveyed({ ...source, ...inference, weights, measures: ["iou"], out, numHeads: 4 });
    const settings = JSON.stringify({ size: 96, classes: 7, stride: 61, short: 103, ratios: [0.5, 1.25] });
    const [pictures, windows, scores] = ["pictures", "windows", "scores"].map((name) => {
      return join(folder, `${name}.safetensors`);
    }) as [string, string, string];
    await writeArrays(pictures, arrays);
    oracle("inputs", pictures, windows, settings);
    const model = await openSetr(weights, { numHeads: 4 });
    const inputs = await openSafetensors(windows);
    const results = new Map([...arrays].filter(([name]) => name.startsWith("label/")));
    for (const name of inputs.tensors.keys()) {
      results.set(name, (await model.run(await readTensor(inputs, name), { capture: ["logits"] })).get("logits"));
    }
    await model.close();
    await writeArrays(scores, results);
    expectEqual(found, JSON.parse(oracle("scores", scores, settings)));
    expect(inputs.tensors.size).toBeGreaterThan(SCENES * 4);
  }, 600_000);
});
