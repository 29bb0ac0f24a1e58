import { describe, expect, test } from "vitest";
import { activations } from "../lib/activations";
import type { NdArray } from "../lib/arrays";
import { openSafetensors, readTensor } from "../lib/checkpoint/safetensors";
import type { EngineName } from "../lib/engine/open";
import { segment } from "../lib/segment";
import { openSetr } from "../lib/setr";
import { enginesHere } from "./engines";
import { distance, fixture } from "./fixtures";

const ENGINES = await enginesHere();
const MODELS = ["setr-pup-official", "setr-naive-official", "setr-mla-official"];

async function open(name: string, engine: EngineName) {
  const expected = await openSafetensors(fixture(`${name}.expected.safetensors`));
  const numHeads = Number(expected.metadata.heads);
  const model = await openSetr(fixture(`${name}.safetensors`), { numHeads, engine, cache: false });
  return { expected, model };
}

describe.each(ENGINES)("on %s", (engine) => {
  test.each(MODELS)("%s computes what the official modules compute, layer by layer", async (name) => {
    const { expected, model } = await open(name, engine);
    const names = [...expected.tensors.values()].filter((entry) => !/^(slide_)?input$|^slide_logits$/.test(entry.name));
    const asked = names.map((entry) =>
      /^A/.test(entry.name) && entry.shape.length === 3 ? `${entry.name}.mean` : entry.name,
    );
    const found = await activations(model, await readTensor(expected, "input"), asked);
    for (const [i, entry] of names.entries()) {
      const value = found.get(asked[i] as string)!;
      const allowed = entry.name === "logits" ? 1e-3 : 1e-4;
      expect.soft(distance(await readTensor(expected, entry.name), value), entry.name).toBeLessThanOrEqual(allowed);
    }
    expect(names.length).toBeGreaterThan(12);
    await model.close();
  });

  test("sliding windows give the official scores", async () => {
    const { expected, model } = await open("setr-pup-official", engine);
    const stride = Number(expected.metadata.slide_stride);
    const logits = await segment(model, await readTensor(expected, "slide_input"), { mode: "slide", stride });
    expect(distance(await readTensor(expected, "slide_logits"), logits)).toBeLessThanOrEqual(1e-3);
    await model.close();
  });

  test("capturing does not change the scores", async () => {
    const { expected, model } = await open("setr-pup-official", engine);
    const input = await readTensor(expected, "input");
    const alone = (await model.run(input, { capture: ["logits"] })).get("logits");
    const among = (await model.run(input, { capture: ["*", "*.mean", "U4.features"] })).get("logits");
    expect(distance(alone, among)).toBeLessThan(1e-5);
    await model.close();
  });

  test("U4.features are the features whose classification is U4", async () => {
    const { expected, model } = await open("setr-pup-official", engine);
    const file = await openSafetensors(model.weights.path);
    const run = await model.run(await readTensor(expected, "input"), { capture: ["U4", "U4.features"] });
    const weight = await readTensor(file, "decode_head.conv_4.weight"); // [K, 256, 1, 1]
    const bias = await readTensor(file, "decode_head.conv_4.bias");
    const [scores, features] = [run.get("U4"), run.get("U4.features")];
    expect(features.shape).toEqual([1, 256, 96, 96]);
    for (const position of [0, 1234, 96 * 96 - 1]) {
      for (let k = 0; k < 7; k++) {
        let sum = bias.data[k] as number;
        for (let c = 0; c < 256; c++) sum += weight.data[k * 256 + c]! * features.data[c * 96 * 96 + position]!;
        expect(sum).toBeCloseTo(scores.data[k * 96 * 96 + position]!, 3);
      }
    }
    await model.close();
  });

  test("a batch of two gives each picture what it gets alone", async () => {
    const { expected, model } = await open("setr-pup-official", engine);
    const one = await readTensor(expected, "input");
    const data = new Float32Array(2 * one.data.length);
    data.set(one.data.map((value) => -value));
    data.set(one.data, one.data.length);
    const both = (await model.run({ shape: [2, 3, 96, 96], data }, { capture: ["logits"] })).get("logits");
    const second = { shape: [1, 7, 96, 96], data: both.data.subarray(both.data.length / 2) };
    expect(distance(second, await readTensor(expected, "logits"))).toBeLessThanOrEqual(1e-3);
    await model.close();
  });

  test("a picture that is not square runs on a grid that is not square", async () => {
    const { model: square } = await open("setr-pup-official", engine);
    const model = await openSetr(square.weights.path, {
      numHeads: 4,
      engine,
      cache: false,
      imageSize: { height: 96, width: 160 },
    });
    const input = { shape: [1, 3, 96, 160], data: new Float32Array(3 * 96 * 160).map((_, i) => Math.sin(i / 7)) };
    const run = await model.run(input, { capture: ["Z4", "A4.mean", "logits"] });
    expect(run.get("Z4").shape).toEqual([1, 61, 64]);
    expect(run.get("A4.mean").shape).toEqual([1, 61, 61]);
    expect(run.get("logits").shape).toEqual([1, 7, 96, 160]);
    expect(run.get("logits").data.every(Number.isFinite)).toBe(true);
    await Promise.all([square.close(), model.close()]);
  });
});

test("all engines agree on every value of every model", async () => {
  for (const name of [
    ...MODELS,
    "setr-pup-mmseg.pth",
    "setr-naive-mmseg.pth",
    "setr-mla-mmseg.pth",
    "vit-encoder-google.npz",
  ]) {
    const path = fixture(name.includes(".") ? name : `${name}.safetensors`);
    let first: Map<string, NdArray> | undefined;
    for (const engine of ENGINES) {
      const model = await openSetr(path, {
        numHeads: name.includes("mmseg.") && !name.includes("pup") ? 3 : 4,
        engine,
        cache: false,
      });
      const { imageHeight, imageWidth } = model.config;
      const data = new Float32Array(3 * imageHeight * imageWidth).map((_, i) => Math.sin(i / 5) + Math.cos(i / 301));
      const input = { shape: [1, 3, imageHeight, imageWidth], data };
      const found = await activations(model, input, ["*", "*.*"]);
      for (const [value, array] of first ?? []) {
        const allowed = value === "logits" ? 1e-3 : 1e-4;
        expect.soft(distance(found.get(value)!, array), `${name} ${engine} ${value}`).toBeLessThanOrEqual(allowed);
      }
      expect(found.size).toBeGreaterThan(8);
      first ??= found;
      await model.close();
    }
  }
}, 300_000);
