import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { examineCheckpoint } from "../../lib/checkpoint/examine";
import { writeUntrainedWeights } from "../../lib/checkpoint/initialise";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { openWeights } from "../../lib/checkpoint/weights";
import { type TensorToWrite, writeSafetensors } from "../../lib/checkpoint/writeSafetensors";
import { variantConfig } from "../../lib/model/variants";
import { openSetr } from "../../lib/setr";
import { distance, fixture, temporaryFolder } from "../fixtures";

const folder = await temporaryFolder();
const NAIVE = fixture("setr-naive-official.safetensors");

/** A copy of the Naive fixture with some tensors changed; `undefined` leaves a tensor out. */
async function changed(
  name: string,
  change: (tensor: TensorToWrite) => TensorToWrite | undefined,
  more: TensorToWrite[] = [],
): Promise<string> {
  const file = await openSafetensors(NAIVE);
  const tensors: TensorToWrite[] = [];
  for (const { name: tensorName, shape } of file.tensors.values()) {
    const { data } = await readTensor(file, tensorName);
    const kept = change({ name: tensorName, shape, dtype: "F32", read: () => data });
    if (kept) tensors.push(kept);
  }
  const path = join(folder, `${name}.safetensors`);
  await writeSafetensors(path, [...tensors, ...more]);
  return path;
}

const only = (name: string, change: (tensor: TensorToWrite) => TensorToWrite | undefined) => (tensor: TensorToWrite) =>
  tensor.name === name ? change(tensor) : tensor;

describe("a weight file", () => {
  test("shows its configuration, and what had to be assumed, and what training left behind", async () => {
    const weights = await openWeights(NAIVE);
    expect(weights.config).toEqual({
      imageHeight: 96,
      imageWidth: 96,
      patchSize: 16,
      embedDim: 64,
      depth: 4,
      numHeads: 1,
      mlpDim: 256,
      numClasses: 7,
      decoder: { type: "naive", channels: 256, order: "official" },
      normalisation: "imagenet",
    });
    expect(weights.notes).toEqual([
      "heads: assumed 1 (width 64 / 64), since weights do not show them; give --heads to set them",
    ]);
    const { ignored } = await examineCheckpoint(NAIVE);
    expect(ignored).toContainEqual({
      name: "decode_head.conv_seg.weight",
      reason: "classifier of the base class, replaced by the head's own",
    });
    expect((await openWeights(NAIVE, { numHeads: 4 })).notes).toEqual([]);
  });

  test("with a missing tensor is refused with its name and shape", async () => {
    const path = await changed(
      "missing",
      only("decode_head.conv_0.bias", () => undefined),
    );
    await expect(openWeights(path)).rejects.toMatchObject({
      code: "tensor-missing",
      message: expect.stringContaining("missing: decode_head.conv_0.bias [256]"),
    });
  });

  test("with a tensor of another shape is refused with both shapes", async () => {
    const name = "backbone.blocks.2.attn.proj.bias";
    const path = await changed(
      "shape",
      only(name, (t) => ({ ...t, shape: [63], read: () => new Float32Array(63) })),
    );
    await expect(openWeights(path)).rejects.toMatchObject({
      code: "tensor-shape",
      message: expect.stringContaining(`wrong shape: ${name}: expected [64], found [63]`),
    });
  });

  test("with a tensor that no model has is refused with its name", async () => {
    const extra: TensorToWrite = {
      name: "decode_head.extra",
      shape: [2],
      dtype: "F32",
      read: () => new Float32Array(2),
    };
    const path = await changed("unexpected", (tensor) => tensor, [extra]);
    await expect(openWeights(path)).rejects.toMatchObject({
      code: "tensor-unexpected",
      message: expect.stringContaining("unexpected: decode_head.extra"),
    });
  });

  test.each([Number.NaN, Number.NEGATIVE_INFINITY])("holding %s is refused with the tensor's name", async (value) => {
    const name = "backbone.blocks.1.mlp.fc1.weight";
    const spoil = (data: Float32Array) => data.map((old, i) => (i === 77 ? value : old));
    const path = await changed(
      "nan",
      only(name, (t) => ({ ...t, read: () => spoil(t.read() as Float32Array) })),
    );
    await expect(openWeights(path)).rejects.toMatchObject({
      code: "not-finite",
      message: expect.stringContaining(`${name} (1 of 256 x 64)`),
    });
  });

  test("in half precision gives nearly the same features", async () => {
    const path = await changed("half", (tensor) => ({ ...tensor, dtype: "F16" }));
    const input = await readTensor(await openSafetensors(fixture("setr-naive-official.expected.safetensors")), "input");
    const open = (file: string) => openSetr(file, { numHeads: 4, cache: false });
    const [single, half] = await Promise.all([open(NAIVE), open(path)]);
    const [a, b] = await Promise.all([single, half].map((model) => model.run(input, { capture: ["Z4"] })));
    expect(distance(a!.get("Z4"), b!.get("Z4"))).toBeLessThan(0.02);
    expect(distance(a!.get("Z4"), b!.get("Z4"))).toBeGreaterThan(0);
    await Promise.all([single.close(), half.close()]);
  });
});

describe("untrained weights", () => {
  const config = variantConfig("pup-small", { imageHeight: 48, imageWidth: 80, numClasses: 5 });

  test("are the same for the same seed, say that they are untrained, and carry their configuration", async () => {
    const paths = ["a", "b", "c"].map((name) => join(folder, `${name}.safetensors`));
    for (const [i, path] of paths.entries()) await writeUntrainedWeights(path, config, i === 2 ? 8 : 7);
    const [a, b, c] = await Promise.all(paths.map((path) => readFile(path)));
    expect(a!.equals(b!)).toBe(true);
    expect(a!.equals(c!)).toBe(false);
    const weights = await openWeights(paths[0]!);
    expect(weights).toMatchObject({ trained: false, config, notes: [] });
  });

  test("refuse another head count than the file states", async () => {
    await expect(openWeights(join(folder, "a.safetensors"), { numHeads: 2 })).rejects.toThrow(
      "expected 4 heads, as the file says, found 2 asked for",
    );
  });

  test("are normal with deviation 0.02 where they are matrices, identities where they are norms", async () => {
    const file = await openSafetensors(join(folder, "a.safetensors"));
    const { data } = await readTensor(file, "backbone.blocks.3.mlp.fc1.weight");
    const deviation = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
    expect(deviation).toBeGreaterThan(0.017); // cut at two deviations: 0.88 of 0.02
    expect(deviation).toBeLessThan(0.018);
    expect(Math.max(...data)).toBeLessThanOrEqual(0.04);
    expect((await readTensor(file, "backbone.blocks.3.norm1.weight")).data.every((value) => value === 1)).toBe(true);
    expect((await readTensor(file, "decode_head.syncbn_fc_0.running_var")).data.every((value) => value === 1)).toBe(
      true,
    );
  });
});
