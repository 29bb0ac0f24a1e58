import { execFileSync } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sizeOf } from "../../lib/arrays";
import { convertCheckpoint } from "../../lib/checkpoint/convert";
import { examineCheckpoint } from "../../lib/checkpoint/examine";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { openWeights } from "../../lib/checkpoint/weights";
import { writeArrays } from "../../lib/checkpoint/writeSafetensors";
import { parameterShapes } from "../../lib/model/parameters";
import { variantConfig } from "../../lib/model/variants";
import { distance, fixture, temporaryFolder } from "../fixtures";
import { denseContent, writeTorchZip } from "./torchWriter";

const folder = await temporaryFolder();
const at = (name: string) => join(folder, name);
process.env.SETR_CACHE = at("cache");

const SOURCES = [
  "setr-pup-mmseg.pth",
  "vit-encoder-google.npz",
  "vit-encoder-huggingface.safetensors",
  "vit-encoder-deit.pth",
];

describe("converting", () => {
  test.each(SOURCES)("%s reads every byte once and carries configuration, source, hash and family", async (name) => {
    const path = fixture(name);
    const out = at(`${name}.safetensors`);
    let last = 0;
    const examined = await examineCheckpoint(path, { numHeads: 4 });
    await convertCheckpoint(examined, out, {
      onProgress: (read, total) => {
        expect(read).toBeGreaterThan(last);
        expect(total).toBe(examined.mapped.file.byteLength);
        last = read;
      },
    });
    expect(last).toBe((await stat(path)).size);
    const weights = await openWeights(path, { numHeads: 4 });
    const converted = await openWeights(out);
    const { metadata } = await openSafetensors(out);
    expect(metadata).toMatchObject({
      "setr.source": name,
      "setr.source.sha256": weights.sha256,
      "setr.family": weights.family,
    });
    expect(converted).toMatchObject({ config: weights.config, notes: [], dataPath: out });
  });

  test("a converted file gives the same bytes again, and through half precision the same halves", async () => {
    const convert = async (from: string, to: string, dtype?: "F16" | "F32") => {
      await convertCheckpoint(await examineCheckpoint(from, { numHeads: 4 }), to, dtype ? { dtype } : {});
    };
    await convert(fixture("vit-encoder-google.npz"), at("one.safetensors"));
    await convert(at("one.safetensors"), at("two.safetensors"));
    expect((await readFile(at("one.safetensors"))).equals(await readFile(at("two.safetensors")))).toBe(true);
    await convert(at("one.safetensors"), at("half.safetensors"), "F16");
    await convert(at("half.safetensors"), at("single.safetensors"), "F32");
    await convert(at("single.safetensors"), at("again.safetensors"), "F16");
    expect((await readFile(at("half.safetensors"))).equals(await readFile(at("again.safetensors")))).toBe(true);
    expect((await stat(at("half.safetensors"))).size).toBeLessThan(0.55 * (await stat(at("one.safetensors"))).size);
  });

  test("position embeddings are resized to the wanted size and a distillation token's row is dropped", async () => {
    const examined = await examineCheckpoint(fixture("vit-encoder-deit.pth"), { numHeads: 4 });
    await convertCheckpoint(examined, at("resized.safetensors"), { imageSize: { height: 96, width: 96 } });
    const found = await readTensor(await openSafetensors(at("resized.safetensors")), "backbone.pos_embed");
    const expected = await openSafetensors(fixture("vit-encoder.expected.safetensors"));
    expect(distance(found, await readTensor(expected, "pos_embed_resized"))).toBeLessThan(1e-6);
    expect((await openWeights(at("resized.safetensors"))).config).toMatchObject({ imageHeight: 96, imageWidth: 96 });
  });

  test("refuses what half precision cannot hold, and leaves nothing behind", async () => {
    const file = await openSafetensors(fixture("vit-encoder-huggingface.safetensors"));
    const arrays = new Map<string, Awaited<ReturnType<typeof readTensor>>>();
    for (const name of file.tensors.keys()) arrays.set(name, await readTensor(file, name));
    arrays.get("vit.encoder.layer.1.layernorm_after.bias")!.data[5] = 70000;
    await writeArrays(at("large.safetensors"), arrays);
    const examined = await examineCheckpoint(at("large.safetensors"), { numHeads: 4 });
    const before = await readdir(folder);
    await expect(convertCheckpoint(examined, at("never.safetensors"), { dtype: "F16" })).rejects.toMatchObject({
      code: "half-range",
      message: expect.stringContaining("vit.encoder.layer.1.layernorm_after.bias: expected values of at most 65504"),
    });
    expect(await readdir(folder)).toEqual(before);
  });
});

describe("the cache", () => {
  test("holds the conversion of a file that cannot be used in place, once, by content", async () => {
    const weights = await openWeights(fixture("vit-encoder-google.npz"));
    expect(weights.dataPath).toBe(join(at("cache"), "weights", `${weights.sha256}-v1.safetensors`));
    const { ino } = await stat(weights.dataPath);
    await openWeights(fixture("vit-encoder-google.npz"));
    expect((await stat(weights.dataPath)).ino).toBe(ino); // not written again
  });

  test("is not used for files that hold the model's tensors as they are", async () => {
    for (const name of [
      "setr-pup-mmseg.pth",
      "setr-naive-official.pth",
      "vit-encoder-deit.pth",
      "vit-encoder-timm-legacy.pth",
    ]) {
      expect((await openWeights(fixture(name), { numHeads: 4 })).dataPath).toBe(fixture(name));
    }
  });
});

const LARGE = process.env.SETR_LONG_TESTS ? "pup-large" : "pup-base";

test(`converting a .pth of ${LARGE} stays under 300 MB of memory`, async () => {
  const shapes = parameterShapes(variantConfig(LARGE));
  const tensors = [...shapes].map(([name, shape]) => {
    const read = () => new Uint8Array(4 * sizeOf(shape)).fill(0x3c); // every value is 0.0115
    return { name, dtype: "F32" as const, shape: [...shape], read };
  });
  await writeTorchZip(at("large.pth"), denseContent(tensors));
  const program = join(__dirname, "..", "..", "lib", "bin", "setr.js");
  const script = `process.argv.splice(1, 0, "setr"); process.on("exit", () => console.log("peak", process.resourceUsage().maxRSS)); require(${JSON.stringify(program)});`;
  const args = ["-e", script, "convert", at("large.pth"), at("converted.safetensors")];
  const output = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const kilobytes = Number(/peak (\d+)/.exec(output)?.[1]);
  expect(kilobytes).toBeGreaterThan(30_000);
  expect(kilobytes).toBeLessThan(300_000);
  expect((await openSafetensors(at("converted.safetensors"))).tensors.size).toBe(shapes.size);
}, 120_000);
