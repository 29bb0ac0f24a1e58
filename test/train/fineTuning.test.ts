import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { maskPng } from "../../lib/image/maskPng";
import { resizePosEmbed } from "../../lib/model/posEmbed";
import { openSetr } from "../../lib/setr";
import { parseTrainingConfig } from "../../lib/train/config";
import { SCENE_CLASSES } from "../../lib/train/scenes/classes";
import { drawScene } from "../../lib/train/scenes/scene";
import { openTraining, type Training } from "../../lib/train/training";
import { distance, fixture, temporaryFolder } from "../fixtures";
import { programIn } from "../program";

const folder = await temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const setr = programIn(folder);
const PUP = fixture("setr-pup-official.safetensors");
const NAIVE = fixture("setr-naive-official.safetensors");

/** Writes drawn scenes as pictures and label PNGs. */
async function putScenes(images: string, labels: string, seeds: readonly number[]): Promise<void> {
  await mkdir(at(images));
  await mkdir(at(labels));
  for (const seed of seeds) {
    const scene = await drawScene(seed, { height: 40, width: 56 });
    const { height, width } = scene;
    await sharp(scene.pixels, { raw: { height, width, channels: 3 } }).toFile(at(images, `${seed}.jpg`));
    const mask = await maskPng({ height, width, classes: Uint16Array.from(scene.labels) });
    await writeFile(at(labels, `${seed}.png`), mask);
  }
}

beforeAll(async () => {
  await putScenes("images", "labels", [11, 12, 13, 14, 15]);
  await putScenes("held-out-images", "held-out-labels", [21, 22]);
});

const raw = (changes: object = {}) => ({
  from: NAIVE,
  model: { imageHeight: 32, imageWidth: 48, numHeads: 4 },
  data: {
    type: "folder",
    images: at("images"),
    labels: at("labels"),
    heldOutImages: at("held-out-images"),
    heldOutLabels: at("held-out-labels"),
    classes: SCENE_CLASSES,
    scale: [0.8, 1.5],
  },
  steps: 6,
  batchSize: 2,
  optimiser: { learningRate: 3e-3, warmupSteps: 1, weightDecay: 0.01, beta1: 0.9, beta2: 0.99, clipNorm: 1 },
  heldOut: 2,
  ...changes,
});

const opened: Training[] = [];
afterAll(async () => {
  for (const training of opened) await training.close();
});

async function open(changes: object = {}): Promise<Training> {
  const training = await openTraining(parseTrainingConfig(raw(changes)), { backend: "wasm" });
  opened.push(training);
  return training;
}

/** The weights as they are after opening, by name. */
async function exported(training: Training, name: string) {
  await training.exportWeights(at(name), "F32", {});
  const file = await openSafetensors(at(name));
  return (tensor: string) => readTensor(file, tensor);
}

describe("fine-tuning a checkpoint", () => {
  test("takes what fits, says what begins at random, and interpolates the position embeddings", async () => {
    const training = await open({ from: PUP });
    expect(training.model).toMatchObject({ imageHeight: 32, imageWidth: 48, numHeads: 4, numClasses: 15, depth: 4 });
    const classifier = ["decode_head.conv_4.weight", "decode_head.conv_4.bias"];
    expect(training.notes).toEqual([`begin at random: ${classifier.join(", ")}`]);
    const read = await exported(training, "taken.safetensors");
    const given = await openSafetensors(PUP);
    for (const name of ["backbone.blocks.3.attn.qkv.weight", "decode_head.syncbn_fc_0.running_var"]) {
      expect(await read(name), name).toEqual(await readTensor(given, name));
    }
    const posEmbed = await readTensor(given, "backbone.pos_embed");
    const resized = resizePosEmbed(posEmbed, { height: 6, width: 6 }, { height: 2, width: 3 });
    expect(distance(await read("backbone.pos_embed"), resized)).toBe(0);
    expect((await read("decode_head.conv_4.weight")).shape[0]).toBe(15);
  });

  test("makes the loss smaller in a few steps", async () => {
    const training = await open({ steps: 12 });
    const losses: number[] = [];
    while (training.step < training.config.steps) losses.push((await training.next()).loss);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-3))).toBeLessThan(0.9 * mean(losses.slice(0, 2)));
    expect(await training.evaluate()).toMatchObject({ pictures: 2, pixelAccuracy: expect.any(Number) });
  });

  test("gives an encoder alone the decoder that is named, and refuses one without", async () => {
    const from = fixture("vit-encoder-timm-legacy.pth");
    const decoder = { type: "naive", channels: 5, order: "official" };
    const training = await open({ from, model: { imageHeight: 32, imageWidth: 48, decoder } });
    expect(training.model).toMatchObject({ numClasses: 15, decoder });
    const note = training.notes.find((text) => text.startsWith("begin at random: "))!;
    const fresh = note.slice("begin at random: ".length).split(", ");
    expect(fresh.length).toBeGreaterThan(4);
    expect(fresh.filter((name) => !name.startsWith("decode_head."))).toEqual([]);
    await training.next();
    await expect(open({ from, model: {} })).rejects.toMatchObject({ code: "no-decoder" });
  });

  test("begins at random where the model is another than the checkpoint's", async () => {
    const training = await open({ model: { imageHeight: 32, imageWidth: 48, numHeads: 2, embedDim: 6, depth: 2 } });
    expect(training.notes.at(-1)).toContain("begin at random: backbone.patch_embed.proj.weight");
    expect(training.notes.at(-1)).toContain("backbone.pos_embed");
  });
});

describe("setr train on a folder", () => {
  test("writes weights that are opened, segment with names of classes, and keep these when converted", async () => {
    await writeFile(at("config.json"), JSON.stringify(raw({ steps: 2 })));
    const run = await setr("train", "--config", "config.json", "--out", "tuned.safetensors", "--engine", "tfjs-wasm");
    expect(run.stderr).toContain("begin at random: decode_head.conv_1.weight, decode_head.conv_1.bias");
    expect(run).toMatchObject({ status: 0, stdout: expect.stringMatching(/held-out pictures: 2\nmIoU: [\d.]+ %/) });
    expect(run.stdout).toMatch(/^ {2}sky: /m);

    const model = await openSetr(at("tuned.safetensors"), { cache: false });
    await model.close();
    expect(model.weights).toMatchObject({ classes: SCENE_CLASSES, trained: true });
    expect(model.weights.origin).toContain("setr train, 2 steps, 5 pictures of ");

    const photo = at("held-out-images", "21.jpg");
    const segmented = await setr("segment", "--weights", "tuned.safetensors", "--photo", photo, "--out", "mask.png");
    expect(segmented).toMatchObject({ status: 0 });
    expect(segmented.stdout).toMatch(/^mask.png: 40x56 pixels\n {2}class \d+, [a-z]+: [\d.]+ %\n/);

    expect(await setr("convert", "tuned.safetensors", "half.safetensors", "--dtype", "f32")).toMatchObject({
      status: 0,
    });
    const [before, after] = [
      await openSafetensors(at("tuned.safetensors")),
      await openSafetensors(at("half.safetensors")),
    ];
    for (const key of ["setr.classes", "setr.training", "setr.origin"]) {
      expect(after.metadata[key], key).toBe(before.metadata[key]);
    }
    const inspected = await setr("inspect", "half.safetensors");
    expect(inspected.stdout).toMatch(/^classes +15: background, sky, mountain, /m);
  });

  test("names the picture and the value that is no class", async () => {
    const config = raw();
    const data = { ...config.data, classes: ["background", "sky"] };
    await writeFile(at("few.json"), JSON.stringify({ ...config, data }));
    const run = await setr("train", "--config", "few.json", "--out", "few.safetensors", "--engine", "tfjs-wasm");
    const message = /^setr: .*labels\/1\d\.png: expected class numbers 0 to 1, or 255 for pixels .*, found \d+ in row/m;
    expect(run).toMatchObject({ status: 1, stderr: expect.stringMatching(message) });
  });
});
