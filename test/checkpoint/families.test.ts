import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { activations } from "../../lib/activations";
import type { NdArray } from "../../lib/arrays";
import { examineCheckpoint } from "../../lib/checkpoint/examine";
import { inspectCheckpoint } from "../../lib/checkpoint/inspect";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { openWeights } from "../../lib/checkpoint/weights";
import { writeArrays } from "../../lib/checkpoint/writeSafetensors";
import { segment } from "../../lib/segment";
import { openSetr } from "../../lib/setr";
import { distance, fixture, temporaryFolder } from "../fixtures";

const folder = await temporaryFolder();
process.env.SETR_CACHE = join(folder, "cache");

const CASES = [
  { file: "setr-naive-official.pth", expected: "setr-naive-official", family: "official", size: 96 },
  { file: "setr-pup-mmseg.pth", expected: "setr-pup-mmseg", family: "mmseg", size: 96 },
  { file: "setr-naive-mmseg.pth", expected: "setr-naive-mmseg", family: "mmseg", size: 64 },
  { file: "setr-mla-mmseg.pth", expected: "setr-mla-mmseg", family: "mmseg", size: 64 },
  { file: "vit-encoder-timm-legacy.pth", expected: "vit-encoder", family: "timm", size: 96 },
  { file: "vit-encoder-deit.pth", expected: "vit-encoder", family: "timm", size: 96 },
  { file: "vit-encoder-huggingface.safetensors", expected: "vit-encoder", family: "huggingface", size: 96 },
  { file: "vit-encoder-google.npz", expected: "vit-encoder", family: "google", size: 96 },
];

describe.each(CASES)("$file", ({ file, expected: name, family, size }) => {
  test("gives every expected value, layer by layer, with position embeddings resized where they must be", async () => {
    const expected = await openSafetensors(fixture(`${name}.expected.safetensors`));
    const numHeads = Number(expected.metadata.heads);
    const model = await openSetr(fixture(file), { numHeads, imageSize: { height: size, width: size }, cache: false });
    expect(model.weights.family).toBe(family);
    const entries = [...expected.tensors.values()].filter((entry) => !/^(input|pos_embed_resized)$/.test(entry.name));
    const asked = entries.map((entry) =>
      /^A/.test(entry.name) && entry.shape.length === 3 ? `${entry.name}.mean` : entry.name,
    );
    const found = await activations(model, await readTensor(expected, "input"), asked);
    for (const [i, entry] of entries.entries()) {
      const allowed = entry.name === "logits" ? 1e-3 : 1e-4;
      const value = found.get(asked[i]!) as NdArray;
      expect.soft(distance(await readTensor(expected, entry.name), value), entry.name).toBeLessThanOrEqual(allowed);
    }
    if (expected.tensors.has("pos_embed_resized")) {
      expect(distance(await readTensor(expected, "pos_embed_resized"), model.posEmbed)).toBeLessThan(1e-6);
    }
    await model.close();
  });

  test("accounts for every tensor", async () => {
    const { mapped, used, ignored, missing, wrongShape, wrongType, unexpected } = await examineCheckpoint(
      fixture(file),
    );
    expect([missing, wrongShape, wrongType, unexpected]).toEqual([[], [], [], []]);
    const parts = [...used.values()].flatMap((tensor) => tensor.parts.map((part) => part.tensor.name));
    const prefix = mapped.wrapper === undefined ? "" : `${mapped.wrapper}.`;
    const accounted = [...parts, ...ignored.map((tensor) => prefix + tensor.name)];
    expect(accounted.sort()).toEqual([...mapped.file.tensors.keys()].sort());
  });
});

describe("an encoder without a decoder", () => {
  const open = () => openSetr(fixture("vit-encoder-timm-legacy.pth"), { numHeads: 4, cache: false });

  test("runs at its own size and says why it has no U and no segmentation", async () => {
    const model = await open();
    const input = { shape: [1, 3, 64, 64], data: new Float32Array(3 * 64 * 64) };
    expect((await model.run(input, { capture: ["Z3", "A*.mean"] })).get("Z3").shape).toEqual([1, 17, 64]);
    const why = 'expected a model with a decoder for "U1", found an encoder alone';
    await expect(model.run(input, { capture: ["U1"] })).rejects.toThrow(why);
    await expect(segment(model, input)).rejects.toThrow("expected a model with a decoder, found an encoder alone");
    await model.close();
  });

  test("is told how its pixels were normalised, or guesses and says so", async () => {
    const notes = async (file: string) => (await openWeights(fixture(file), { numHeads: 4 })).notes.join();
    expect(await notes("vit-encoder-google.npz")).toContain("from -1 to 1, as for Google's vision transformers");
    expect(await notes("vit-encoder-deit.pth")).toContain("by ImageNet's means, as for DeiT");
    const told = await openWeights(fixture("vit-encoder-google.npz"), { normalisation: "imagenet" });
    expect(told).toMatchObject({ notes: [], config: { normalisation: "imagenet", numHeads: 4 } });
  });

  test("of Google's shows its heads, and another number is refused", async () => {
    await expect(openWeights(fixture("vit-encoder-google.npz"), { numHeads: 8 })).rejects.toThrow(
      "expected 4 heads, as its kernels show, found 8 asked for",
    );
  });
});

describe("a checkpoint of no known family", () => {
  const tensor = { shape: [2], data: new Float32Array(2) };

  test("is refused with the families that are known", async () => {
    const path = join(folder, "resnet.safetensors");
    await writeArrays(
      path,
      new Map([
        ["conv1.weight", tensor],
        ["fc.bias", tensor],
      ]),
    );
    await expect(openWeights(path)).rejects.toMatchObject({
      code: "unknown-family",
      message: expect.stringMatching(
        /expected weights of one of: official SETR release, .*; found conv1\.weight, fc\.bias/,
      ),
    });
  });

  test("or with an incomplete one, never becomes random weights: a renamed tensor is missing and unexpected", async () => {
    const file = await openSafetensors(fixture("vit-encoder-huggingface.safetensors"));
    const arrays = new Map<string, NdArray>();
    for (const name of file.tensors.keys()) {
      arrays.set(name.replace("layer.1.output.dense.weight", "layer.1.output.weight"), await readTensor(file, name));
    }
    const path = join(folder, "renamed.safetensors");
    await writeArrays(path, arrays);
    await expect(openWeights(path)).rejects.toMatchObject({
      code: "tensor-missing",
      message: expect.stringMatching(
        /missing: backbone\.blocks\.1\.mlp\.fc2\.weight \[64, 256\]; unexpected: .*layer\.1\.output\.weight/,
      ),
    });
  });

  test("with a third of query, key and value missing is refused", async () => {
    const file = await openSafetensors(fixture("vit-encoder-huggingface.safetensors"));
    const arrays = new Map<string, NdArray>();
    for (const name of file.tensors.keys())
      if (!name.includes("layer.2.attention.attention.key.bias")) arrays.set(name, await readTensor(file, name));
    const path = join(folder, "no-key.safetensors");
    await writeArrays(path, arrays);
    await expect(openWeights(path)).rejects.toMatchObject({
      code: "tensor-missing",
      message: expect.stringContaining("expected query, key and value, once each"),
    });
  });
});

describe("inspection", () => {
  test("says what is ignored and why, and that random position embeddings look untrained", async () => {
    const { inspection } = await inspectCheckpoint(fixture("vit-encoder-deit.pth"));
    expect(inspection).toMatchObject({
      format: "torch-zip",
      family: "timm or DeiT vision transformer",
      wrapper: "model",
      leftAside: ["epoch"],
      coverage: { used: 40, ignored: { "distillation token": 1, "image classifier": 2 }, missing: [] },
      positions: { looksUntrained: true },
      grid: { height: 4, width: 4 },
    });
    expect(inspection.figures["Figure 3"]).toBe("Z1 to Z3; no U, no segmentation: an encoder alone");
  });

  test("reports NaN and all-zero tensors instead of refusing them", async () => {
    const file = await openSafetensors(fixture("vit-encoder-huggingface.safetensors"));
    const arrays = new Map<string, NdArray>();
    for (const name of file.tensors.keys()) {
      const { shape, data } = await readTensor(file, name);
      if (name.endsWith("layer.0.output.dense.bias")) data.fill(0);
      if (name.endsWith("layer.2.output.dense.bias")) data[3] = Number.NaN;
      arrays.set(name, { shape, data });
    }
    const path = join(folder, "spoilt.safetensors");
    await writeArrays(path, arrays);
    const { inspection } = await inspectCheckpoint(path);
    expect(inspection.suspicious.map(({ name, nonFinite, allZero }) => [name, nonFinite, allZero])).toEqual([
      ["vit.encoder.layer.0.output.dense.bias", 0, true],
      ["vit.encoder.layer.2.output.dense.bias", 1, false],
    ]);
  });
});
