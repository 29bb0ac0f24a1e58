import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, describe, expect, test } from "vitest";
import { maskPng } from "../../lib/image/maskPng";
import { normalise } from "../../lib/image/preprocess";
import { type FolderConfig, parseTrainingConfig } from "../../lib/train/config";
import type { Batch, TrainingData } from "../../lib/train/data";
import { drawsOfStep } from "../../lib/train/folder/cuts";
import { classNumbers, IGNORED } from "../../lib/train/folder/labelNumbers";
import { readLabelledImage } from "../../lib/train/folder/readLabelledImage";
import { folderData } from "../../lib/train/folderData";
import { temporaryFolder } from "../fixtures";
import { tinyModel } from "./tiny";

const folder = await temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const model = tinyModel(4);
const FRAME = { height: 32, width: 48 };

/** A picture of four flat quarters, red 0, 60, 120, 180, whose labels are 0, 1, 2, 3. */
async function putQuarters(images: string, labels: string, name: string, size = FRAME): Promise<void> {
  const { height, width } = size;
  const quarter = (i: number) => 2 * Number(Math.floor(i / width) >= height / 2) + Number(i % width >= width / 2);
  const classes = Uint16Array.from({ length: height * width }, (_, i) => quarter(i));
  const pixels = Buffer.from(Array.from(classes, (value) => [60 * value, 30, 200]).flat());
  await mkdir(at(images), { recursive: true });
  await mkdir(at(labels), { recursive: true });
  await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(at(images, name));
  await writeFile(at(labels, `${name.split(".")[0]}.png`), await maskPng({ height, width, classes }));
}

for (const name of ["a.png", "b.webp", "c.jpg", "d.tiff", "e.gif"]) await putQuarters("images", "labels", name);
for (const name of ["x.png", "y.png", "z.png"]) {
  await putQuarters("heldOutImages", "heldOutLabels", name, { height: 50, width: 90 });
}

function config(changes: object = {}): FolderConfig {
  const folders = ["images", "labels", "heldOutImages", "heldOutLabels"];
  const data = { type: "folder", ...Object.fromEntries(folders.map((key) => [key, at(key)])), classes: [..."abcd"] };
  return parseTrainingConfig({ data: { ...data, ...changes }, steps: 9, batchSize: 2 }).data as FolderConfig;
}

const opened: TrainingData[] = [];
afterEach(async () => {
  for (const data of opened.splice(0)) await data.close();
});

async function open(changes: object = {}, training = { seed: 1, steps: 9, batchSize: 2 }): Promise<TrainingData> {
  const data = await folderData(model, config(changes), training);
  opened.push(data);
  return data;
}

/** Shares of pixels whose colour fits their label. */
function agreement({ pixels, labels }: Batch): number {
  const size = FRAME.height * FRAME.width;
  const red = normalise(
    { height: 1, width: 4, data: Uint8Array.from([0, 60, 120, 180].flatMap((value) => [value, 0, 0])) },
    "imagenet",
  ).data;
  const right = labels.filter((label, i) => {
    const value = pixels.data[Math.floor(i / size) * 3 * size + (i % size)]!;
    return label >= 0 && Math.abs(value - red[label]!) < 0.3;
  });
  return right.length / labels.filter((label) => label >= 0).length;
}

describe("draws", () => {
  const options = { seed: 5, pictures: 7, batchSize: 3, scale: [0.5, 2], mirror: true } as const;

  test("take every picture once before any comes again, each time in another order", () => {
    const steps = Array.from({ length: 14 }, (_, i) => drawsOfStep(i + 1, options));
    const indices = steps.flat().map(({ index }) => index);
    const epochs = Array.from({ length: 6 }, (_, epoch) => indices.slice(7 * epoch, 7 * epoch + 7));
    for (const epoch of epochs) expect([...epoch].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(new Set(epochs.map(String)).size).toBeGreaterThan(4);
  });

  test("follow from the seed and the step alone", () => {
    expect(drawsOfStep(9, options)).toEqual(drawsOfStep(9, options));
    expect(drawsOfStep(9, { ...options, seed: 6 })).not.toEqual(drawsOfStep(9, options));
  });

  test("spread over scales, places and both ways round", () => {
    const cuts = drawsOfStep(1, { ...options, batchSize: 400 }).map(({ cut }) => cut);
    for (const { scale, down, across } of cuts) {
      expect(scale).toBeGreaterThanOrEqual(0.5);
      expect(scale).toBeLessThan(2);
      expect(Math.max(down, across)).toBeLessThan(1);
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(cuts.map(({ scale }) => scale))).toBeCloseTo(1.25, 0);
    expect(mean(cuts.map(({ mirrored }) => Number(mirrored)))).toBeCloseTo(0.5, 0);
    const plain = drawsOfStep(1, { ...options, batchSize: 50, mirror: false });
    expect(plain.some(({ cut }) => cut.mirrored)).toBe(false);
  });
});

describe("label numbers", () => {
  const label = (...values: number[]) => ({ height: 1, width: values.length, values: Uint8Array.from(values) });
  const numbers = (values: number[], meaning: object = {}) => [
    ...classNumbers("x.png", label(...values), { classes: 3, reduceZeroLabel: false, ...meaning }),
  ];

  test("are classes, or 255 for pixels that do not count", () => {
    expect(numbers([0, 2, 255, 1])).toEqual([0, 2, IGNORED, 1]);
    expect(numbers([255, 254], { classes: 256 })).toEqual([255, 254]); // here 255 is a class
  });

  test("may name another number that does not count", () => {
    expect(numbers([0, 2, 7], { ignoreLabel: 7 })).toEqual([0, 2, IGNORED]);
    expect(numbers([0, 2, 1], { ignoreLabel: 0 })).toEqual([IGNORED, 2, 1]);
    expect(() => numbers([255], { ignoreLabel: 7 })).toThrow("or 7 for pixels that do not count, found 255");
  });

  test("may begin at 1, with 0 for pixels that do not count", () => {
    expect(numbers([0, 1, 3, 255], { reduceZeroLabel: true })).toEqual([IGNORED, 0, 2, IGNORED]);
    const message = "x.png: expected class numbers 1 to 3, or 0 and 255 for pixels that do not count, found 4";
    expect(() => numbers([1, 4], { reduceZeroLabel: true })).toThrow(`${message} in row 0, column 1`);
  });
});

describe("a labelled picture", () => {
  const file = { image: at("images", "a.png"), labels: at("labels", "a.png") };
  const meaning = { classes: 4, reduceZeroLabel: false };
  const plain = { scale: 1, down: 0, across: 0, mirrored: false };
  const corner = (labels: ArrayLike<number>) => [0, 47, 31 * 48, 31 * 48 + 47].map((i) => labels[i]);

  test("stays as it is when it has the model's size", async () => {
    const { image, labels } = await readLabelledImage(file, FRAME, meaning, plain);
    const stored = await sharp(file.image).raw().toBuffer();
    expect([...image.data]).toEqual([...stored]);
    expect(corner(labels)).toEqual([0, 1, 2, 3]);
  });

  test("is turned left to right together with its labels", async () => {
    const { image, labels } = await readLabelledImage(file, FRAME, meaning, { ...plain, mirrored: true });
    expect(corner(labels)).toEqual([1, 0, 3, 2]);
    expect([image.data[0], image.data[3 * 47]]).toEqual([60, 0]);
  });

  test("is cut where it is larger than the frame", async () => {
    const cut = { ...plain, scale: 2, down: 0.999, across: 0.999 };
    expect(corner((await readLabelledImage(file, FRAME, meaning, cut)).labels)).toEqual([3, 3, 3, 3]);
    expect(corner((await readLabelledImage(file, FRAME, meaning, { ...cut, down: 0 })).labels)).toEqual([1, 1, 1, 1]);
  });

  test("lies on the mean colour, which does not count, where it is smaller than the frame", async () => {
    const cut = { ...plain, scale: 0.5, down: 0.999, across: 0 };
    const { image, labels } = await readLabelledImage(file, FRAME, meaning, cut);
    expect(Array.from(labels).filter((label) => label >= 0)).toHaveLength(16 * 24);
    expect(labels[16 * 48]).toBe(0); // its first pixel: in the lower half, at the left
    expect([labels[15 * 48], labels[16 * 48 + 24]]).toEqual([IGNORED, IGNORED]);
    expect([...image.data.slice(0, 3)]).toEqual([124, 116, 104]);
    expect([...image.data.slice(3 * 16 * 48, 3 * 16 * 48 + 3)]).toEqual([0, 30, 200]);
  });

  test("is stretched whole without a cut", async () => {
    const large = { image: at("heldOutImages", "x.png"), labels: at("heldOutLabels", "x.png") };
    expect(corner((await readLabelledImage(large, FRAME, meaning)).labels)).toEqual([0, 1, 2, 3]);
  });
});

describe("a folder of labelled pictures", () => {
  test("gives pictures and labels that fit, however they are scaled, cut and mirrored", async () => {
    const data = await open({ scale: [0.5, 2] });
    for (let step = 1; step <= 5; step++) {
      const batch = await data.batch(step);
      expect(batch.pixels.shape).toEqual([2, 3, 32, 48]);
      expect(agreement(batch)).toBeGreaterThan(0.85); // all but the edges between the quarters
    }
    expect(data.description).toBe(`5 pictures of ${at("images")}; held out: 3 of ${at("heldOutImages")}`);
  });

  test("gives the same batch for the same step in every run, whatever was asked for before", async () => {
    const [first, second] = [await open({ scale: [0.5, 2] }), await open({ scale: [0.5, 2] })];
    await first.batch(1);
    await first.batch(2);
    expect(await first.batch(3)).toEqual(await second.batch(3));
    expect(await first.batch(2)).toEqual(await second.batch(2));
    const other = await open({ scale: [0.5, 2] }, { seed: 2, steps: 9, batchSize: 2 });
    expect(await other.batch(3)).not.toEqual(await first.batch(3));
  });

  test("holds out other pictures, always the same, the last batch being smaller", async () => {
    const data = await open();
    const sizes: number[] = [];
    for await (const batch of data.heldOut(10)) {
      sizes.push(batch.pixels.shape[0]!);
      expect(agreement(batch)).toBeGreaterThan(0.85);
    }
    expect(sizes).toEqual([2, 1]);
    for await (const batch of data.heldOut(1)) expect(batch.pixels.shape[0]).toBe(1);
  });

  test("tells what is wrong with a picture when it is read, and again when it is read again", async () => {
    await putQuarters("smallImages", "smallLabels", "a.png", { height: 10, width: 10 });
    await putQuarters("smallImages", "otherLabels", "a.png", { height: 11, width: 10 });
    await putQuarters("smallImages", "smallLabels", "a.png", { height: 10, width: 10 });
    const size = await open({ images: at("smallImages"), labels: at("otherLabels") });
    const message = `${at("otherLabels", "a.png")}: expected 10x10 pixels as in ${at("smallImages", "a.png")}, found 11x10`;
    for (const _ of [1, 2]) {
      await expect(size.batch(1)).rejects.toMatchObject({ area: "training", code: "label-size", message });
    }
    const value = await open({ images: at("smallImages"), labels: at("smallLabels"), classes: ["a", "b", "c"] });
    const wrong = `${at("smallLabels", "a.png")}: expected class numbers 0 to 2, or 255 for pixels that do not count, found 3 in row 5, column 5`;
    await expect(value.batch(1)).rejects.toMatchObject({ area: "training", code: "label-value", message: wrong });
    await mkdir(at("noImages"));
    await writeFile(at("noImages", "a.jpg"), "no picture");
    const picture = await open({ images: at("noImages"), labels: at("smallLabels") });
    await expect(picture.batch(1)).rejects.toMatchObject({ area: "training", code: "not-an-image" });
  });

  test.each([
    ["folder-missing", { images: "nowhere" }, "data.images: expected a folder, found none that can be read at nowhere"],
    ["folder-missing", { labels: __filename }, `data.labels: expected a folder, found a file at ${__filename}`],
    ["same-folder", { labels: at("images") }, "data.labels: expected another folder than data.images, found "],
    [
      "same-folder",
      { heldOutImages: at("images", ".") },
      "data.heldOutImages: expected another folder than data.images",
    ],
    ["no-pictures", { heldOutImages: folder }, "data.heldOutImages: expected at least one picture (.jpg, "],
    ["label-missing", { labels: at("heldOutLabels") }, "a.png: expected the labels of a.png, found no such file"],
  ])("is refused at once as %s", async (code, changes, message) => {
    await expect(open(changes)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
