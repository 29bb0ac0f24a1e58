import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { describeRun } from "../../lib/describe";
import { openPhoto } from "../../lib/openPhoto";
import { type OpenOptions, openSetr, type RunOptions, type Setr } from "../../lib/setr";
import { fixture, temporaryFolder } from "../fixtures";
import { bytesOf, changeWeight, pixels } from "./values";

const folder = await temporaryFolder();
const PUP = fixture("setr-pup-official.safetensors");
const CAPTURE: RunOptions = { capture: ["Z*", "A2.mean", "logits"] };
const NAMES = ["Z1", "A2.mean", "Z2", "Z3", "Z4", "logits"];
const photo = pixels(96, 96, 1);
const models: Setr[] = [];
afterAll(() => Promise.all(models.map((model) => model.close())));

let runs = 0;
let cache = "";
beforeEach(async () => {
  cache = join(folder, `cache-${runs++}`);
  await mkdir(cache);
  process.env.SETR_CACHE = cache;
  process.env.SETR_CACHE_MEMORY_BYTES = "0"; // what is found comes from disk, unless a test says otherwise
});

async function open(options: OpenOptions = {}, path = PUP): Promise<Setr> {
  const model = await openSetr(path, { numHeads: 4, ...options });
  models.push(model);
  return model;
}

const kept = () => readdir(join(cache, "runs")).catch(() => []);

describe("a run that was made before", () => {
  test("comes from disk, bit for bit, without the weights being there any more", async () => {
    const path = join(folder, "gone.safetensors");
    await copyFile(PUP, path);
    const first = await (await open({}, path)).run(photo, CAPTURE);
    const again = await open({}, path);
    await rm(path);
    const second = await again.run(photo, CAPTURE);
    expect(first.stats).toMatchObject({
      computed: NAMES,
      fromMemory: [],
      fromDisk: [],
      readSeconds: expect.any(Number),
    });
    expect(second.stats).toMatchObject({ computed: [], fromMemory: [], fromDisk: NAMES, computeSeconds: 0 });
    expect([...second.values.keys()]).toEqual([...first.values.keys()]);
    for (const [name, value] of first.values) {
      expect(second.get(name).shape).toEqual(value.shape);
      expect(bytesOf(second.get(name)).equals(bytesOf(value)), name).toBe(true);
    }
    expect(second.stats.bytes).toBe([...first.values.values()].reduce((sum, { data }) => sum + data.byteLength, 0));
    expect(second.stats.peakResidentBytes).toBeGreaterThan(10e6);
    expect(describeRun(first)).toMatch(/^6 values in \d+\.\d\d s: 6 computed$/);
    expect(describeRun(second)).toMatch(/^6 values in \d+\.\d\d s: 6 from the disk cache$/);
  });

  test("comes from memory where that is allowed, and what a caller writes into it stays with the caller", async () => {
    process.env.SETR_CACHE_MEMORY_BYTES = "100000000";
    const model = await open({ cache: "memory" });
    const first = await model.run(photo, CAPTURE);
    const original = Buffer.from(bytesOf(first.get("Z3")));
    first.get("Z3").data.fill(17);
    const second = await model.run(photo, CAPTURE);
    expect(second.stats).toMatchObject({ computed: [], fromMemory: NAMES, fromDisk: [] });
    expect(bytesOf(second.get("Z3")).equals(original)).toBe(true);
    second.get("Z3").data.fill(19);
    expect(bytesOf((await model.run(photo, CAPTURE)).get("Z3")).equals(original)).toBe(true);
    expect(await kept()).toEqual([]);
  });

  test("is in memory after it was read from disk once", async () => {
    const other = pixels(96, 96, 23);
    await (await open()).run(other, CAPTURE);
    process.env.SETR_CACHE_MEMORY_BYTES = "100000000";
    const model = await open();
    expect((await model.run(other, CAPTURE)).stats).toMatchObject({ computed: [], fromMemory: [], fromDisk: NAMES });
    expect((await model.run(other, CAPTURE)).stats).toMatchObject({ computed: [], fromMemory: NAMES, fromDisk: [] });
  });

  test("serves a part of what was captured, and only what is missing of more is computed", async () => {
    const model = await open();
    await model.run(photo, CAPTURE);
    expect((await model.run(photo, { capture: ["Z2"] })).stats).toMatchObject({ computed: [], fromDisk: ["Z2"] });
    const more = await model.run(photo, { capture: ["Z*", "A*.mean"] });
    expect(more.stats.computed).toEqual(["A1.mean", "A3.mean", "A4.mean"]);
    expect([...more.values.keys()]).toEqual(["A1.mean", "Z1", "A2.mean", "Z2", "A3.mean", "Z3", "A4.mean", "Z4"]);
    expect(describeRun(more)).toMatch(/^8 values in .* s: 3 computed, 5 from the disk cache$/);
  });
});

describe("a run is made anew", () => {
  async function differs(change: { open?: OpenOptions; input?: typeof photo; path?: string }): Promise<void> {
    await (await open()).run(photo, CAPTURE);
    const model = await open(change.open, change.path);
    const run = await model.run(change.input ?? photo, CAPTURE);
    expect(run.stats).toMatchObject({ computed: NAMES, fromMemory: [], fromDisk: [] });
    expect((await model.run(change.input ?? photo, CAPTURE)).stats.computed).toEqual([]);
  }

  test("for one changed pixel", async () => {
    const data = photo.data.slice();
    data[4242]! += 1e-6;
    await differs({ input: { shape: photo.shape, data } });
  });

  test("for another image size", async () => {
    await differs({ open: { imageSize: { height: 64, width: 96 } }, input: pixels(64, 96, 1) });
  });

  test("for another number of heads", () => differs({ open: { numHeads: 2 } }));

  test("for another engine", () => differs({ open: { engine: "tfjs-wasm" } }));

  test("for other weights under the same name", async () => {
    const path = join(folder, "changed.safetensors");
    await copyFile(PUP, path);
    const before = await (await open({}, path)).run(photo, CAPTURE);
    await changeWeight(path, "backbone.blocks.0.norm1.weight", (value) => value / 2);
    const after = await (await open({}, path)).run(photo, CAPTURE);
    expect(after.stats.computed).toEqual(NAMES);
    expect(bytesOf(after.get("Z1")).equals(bytesOf(before.get("Z1")))).toBe(false);
  });

  test("for another way of resizing position embeddings", async () => {
    const imageSize = { height: 64, width: 96 };
    const input = pixels(64, 96, 1);
    await (await open({ imageSize })).run(input, CAPTURE);
    const bicubic = await open({ imageSize, posEmbedResize: { mode: "bicubic", alignCorners: false } });
    expect((await bicubic.run(input, CAPTURE)).stats.computed).toEqual(NAMES);
  });

  test("for pixels normalised in another way", async () => {
    const encoder = fixture("vit-encoder-timm-legacy.pth");
    const capture = { capture: ["Z1"] };
    for (const normalisation of ["imagenet", "half"] as const) {
      const model = await open({ normalisation }, encoder);
      const run = await model.run(await openPhoto("scene:17", model), capture);
      expect(run.stats.computed).toEqual(["Z1"]);
    }
  });

  test("when the environment changes how an engine computes", async () => {
    const model = await open();
    await model.run(photo, CAPTURE);
    process.env.ONEDNN_DEFAULT_FPMATH_MODE = "BF16";
    try {
      expect((await model.run(photo, CAPTURE)).stats.computed).toEqual(NAMES);
    } finally {
      delete process.env.ONEDNN_DEFAULT_FPMATH_MODE;
    }
  });

  test("when the run or the model says so, and then nothing is kept", async () => {
    const model = await open();
    expect((await model.run(photo, { ...CAPTURE, cache: false })).stats.computed).toEqual(NAMES);
    const uncached = await open({ cache: false });
    for (let i = 0; i < 2; i++) {
      const { computed, readSeconds, writeSeconds } = (await uncached.run(photo, CAPTURE)).stats;
      expect({ computed, readSeconds, writeSeconds }).toEqual({ computed: NAMES, readSeconds: 0, writeSeconds: 0 });
    }
    expect(await kept()).toEqual([]);
  });

  test("where both bounds are 0", async () => {
    process.env.SETR_CACHE_BYTES = "0";
    try {
      const model = await open();
      for (let i = 0; i < 2; i++) expect((await model.run(photo, CAPTURE)).stats.computed).toEqual(NAMES);
      expect(await kept()).toEqual([]);
    } finally {
      delete process.env.SETR_CACHE_BYTES;
    }
  });
});

describe("gradients", () => {
  const gradientOf = { classIndex: 3, region: { patch: { row: 2, col: 1 } } };
  const names = ["A1.gradient", "A2.gradient", "A3.gradient", "A4.gradient"];

  test("are kept for each class and region by themselves", async () => {
    const model = await open({ engine: "tfjs-wasm" });
    const first = await model.run(photo, { capture: [], gradientOf });
    expect(first.stats.computed).toEqual(names);
    const second = await model.run(photo, { capture: [], gradientOf });
    expect(second.stats).toMatchObject({ computed: [], fromDisk: names });
    for (const name of names) expect(bytesOf(second.get(name)).equals(bytesOf(first.get(name)))).toBe(true);
    const otherClass = { ...gradientOf, classIndex: 4 };
    expect((await model.run(photo, { capture: [], gradientOf: otherClass })).stats.computed).toEqual(names);
    const otherRegion = { ...gradientOf, region: { patch: { row: 2, col: 2 } } };
    expect((await model.run(photo, { capture: [], gradientOf: otherRegion })).stats.computed).toEqual(names);
    const both = await model.run(photo, { capture: ["Z1"], gradientOf });
    expect(both.stats).toMatchObject({ computed: ["Z1"], fromDisk: names });
  });

  test("are refused by an engine that does not differentiate, whatever is kept", async () => {
    await (await open({ engine: "tfjs-wasm" })).run(photo, { capture: [], gradientOf });
    const run = (await open({ engine: "onnxruntime" })).run(photo, { capture: [], gradientOf });
    await expect(run).rejects.toMatchObject({ code: "no-gradients" });
  });
});

describe("nothing is kept", () => {
  test.each(["onnxruntime", "tfjs-wasm"] as const)("of a run that is stopped, on %s", async (engine) => {
    const model = await open({ engine });
    const controller = new AbortController();
    const run = model.run(photo, { ...CAPTURE, signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(run).rejects.toThrow("enough");
    expect(await kept()).toEqual([]);
    await expect(model.run(photo, { ...CAPTURE, signal: controller.signal })).rejects.toThrow("enough");
    expect((await model.run(photo, CAPTURE)).stats.computed).toEqual(NAMES);
  });

  test("of a run whose weights have changed since they were opened", async () => {
    const path = join(folder, "replaced.safetensors");
    await copyFile(PUP, path);
    const model = await open({}, path);
    await changeWeight(path, "backbone.blocks.1.norm1.weight", (value) => value / 2);
    await model.run(photo, CAPTURE);
    expect(await kept()).toEqual([]);
  });
});

test("a bound that is no number of bytes is refused when a model is opened", async () => {
  process.env.SETR_CACHE_MEMORY_BYTES = "1G";
  const message = 'SETR_CACHE_MEMORY_BYTES: expected a whole number of bytes, found "1G"';
  await expect(open()).rejects.toMatchObject({ code: "cache-bytes", message });
});
