import { readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { NdArray } from "../../lib/arrays";
import { prune } from "../../lib/cacheFiles";
import { DiskCache } from "../../lib/runCache/diskCache";
import { cacheLimits, worthKeeping } from "../../lib/runCache/limits";
import { MemoryCache } from "../../lib/runCache/memoryCache";
import { temporaryFolder } from "../fixtures";

const KEY = "0123456789abcdef".repeat(4);
const array = (length: number, first = 0): NdArray => ({
  shape: [length],
  data: Float32Array.from({ length }, (_, i) => first + i),
});
const one = (name: string, length: number) => new Map([[name, array(length)]]);

describe("on disk", () => {
  test("the least recently used values go first", async () => {
    const folder = await temporaryFolder();
    const cache = new DiskCache(folder, 20_000);
    for (const [i, name] of ["a", "b", "c", "d"].entries()) {
      await cache.keep(KEY, one(name, 1009));
      await utimes(join(folder, `${KEY}.${name}.safetensors`), 1000 + i, 1000 + i);
    }
    expect(await cache.read(KEY, "a")).toEqual(array(1009)); // now b is the oldest
    await cache.keep(KEY, one("e", 1009));
    const left = await Promise.all(["a", "b", "c", "d", "e"].map((name) => cache.read(KEY, name)));
    expect(left.map((value) => value !== undefined)).toEqual([true, false, true, true, true]);
  });

  test("the folder never holds more than its bound, whoever writes there", async () => {
    const folder = await temporaryFolder();
    const bound = 100_000;
    const writers = [new DiskCache(folder, bound), new DiskCache(folder, bound)];
    for (let i = 0; i < 60; i++) {
      await writers[i % 2]!.keep(KEY, one(`Z${i}`, 500 + 37 * (i % 11)));
      const sizes = await Promise.all(
        (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
      );
      const held = sizes.reduce((sum, size) => sum + size, 0);
      expect(held).toBeLessThanOrEqual(bound * (1 + 1 / 8)); // one writer learns of the other's after an eighth
    }
    expect(await writers[0]!.read(KEY, "Z59")).toBeDefined();
    expect(await writers[0]!.read(KEY, "Z0")).toBeUndefined();
  });

  test("what a killed process left half written goes, what somebody is writing stays", async () => {
    const folder = await temporaryFolder();
    for (const name of [".old.tmp", ".new.tmp", "value"]) await writeFile(join(folder, name), "1234567");
    await utimes(join(folder, ".old.tmp"), 1000, 1000);
    expect(await prune(folder, { bytes: 14, files: 2 })).toEqual({ bytes: 14, files: 2 });
    expect((await readdir(folder)).sort()).toEqual([".new.tmp", "value"]);
    expect(await prune(folder, { bytes: 13, files: 2 })).toEqual({ bytes: 7, files: 1 });
    expect(await readdir(folder)).toEqual([".new.tmp"]);
  });

  test("a number of files is a bound too", async () => {
    const folder = await temporaryFolder();
    for (let i = 0; i < 34; i++) {
      await writeFile(join(folder, `${i}`), "");
      await utimes(join(folder, `${i}`), 1000 + i, 1000 + i);
    }
    await prune(folder, { bytes: 1, files: 32 });
    expect((await readdir(folder)).map(Number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 30 }, (_, i) => i + 4),
    );
  });

  test("a folder that does not exist holds nothing", async () => {
    expect(await prune(join(await temporaryFolder(), "none"), { bytes: 0, files: 0 })).toEqual({ bytes: 0, files: 0 });
  });
});

describe("in memory", () => {
  test("the least recently used values go first, and a value beyond the bound is not kept", () => {
    const memory = new MemoryCache();
    for (const name of ["a", "b", "c"]) memory.keep(name, array(10), 120);
    expect(memory.read("a")).toEqual(array(10)); // now b is the oldest
    memory.keep("d", array(10, 5), 120);
    memory.keep("e", array(31), 120);
    const left = ["a", "b", "c", "d", "e"].map((name) => memory.read(name)?.data[0]);
    expect(left).toEqual([0, undefined, 0, 5, undefined]);
  });

  test("a value that is kept again counts once", () => {
    const memory = new MemoryCache();
    for (let i = 0; i < 5; i++) memory.keep("a", array(10, i), 80);
    memory.keep("b", array(10), 80);
    expect([memory.read("a")?.data[0], memory.read("b")?.data[0]]).toEqual([4, 0]);
  });

  test("neither who put a value in nor who took it out can change it", () => {
    const memory = new MemoryCache();
    const mine = { shape: [3], data: Float32Array.of(2, 3, 5) };
    memory.keep("a", mine, 100);
    mine.data.fill(0);
    mine.shape[0] = 0;
    const taken = memory.read("a")!;
    taken.data.fill(1);
    (taken.shape as number[])[0] = 1;
    expect(memory.read("a")).toEqual({ shape: [3], data: Float32Array.of(2, 3, 5) });
  });
});

describe("what is worth keeping", () => {
  const values = new Map([
    ["A1", array(50)],
    ["A2", array(50)],
    ["A1.mean", array(5)],
    ["A2.mean", array(5)],
    ["logits", array(20)],
  ]);

  test.each([
    [2080, ["A1.mean", "A2.mean", "logits", "A1", "A2"]], // 520 bytes are a quarter of it
    [2079, ["A1.mean", "A2.mean", "logits"]],
    [480, ["A1.mean", "A2.mean", "logits"]],
    [479, ["A1.mean", "A2.mean"]],
    [159, []],
  ])("of a bound of %i bytes", (bound, names) => {
    expect([...worthKeeping(values, bound).keys()]).toEqual(names);
  });

  test("the attention of every head of T-Large is not, by the default bound; its mean is", () => {
    const layers = Array.from({ length: 24 }, (_, i) => i + 1);
    const sized = (floats: number): NdArray => ({ shape: [floats], data: { byteLength: 4 * floats } as Float32Array });
    const large = new Map([
      ...layers.map((layer) => [`A${layer}`, sized(16 * 901 * 901)] as const),
      ...layers.map((layer) => [`A${layer}.mean`, sized(901 * 901)] as const),
    ]);
    const { diskBytes } = cacheLimits({});
    expect([...worthKeeping(large, diskBytes).keys()]).toEqual(layers.map((layer) => `A${layer}.mean`));
  });
});

test("bounds come from the environment", () => {
  expect(cacheLimits({})).toEqual({ diskBytes: 4 * 2 ** 30, memoryBytes: 2 ** 30 });
  expect(cacheLimits({ SETR_CACHE_BYTES: "17", SETR_CACHE_MEMORY_BYTES: "" })).toEqual({
    diskBytes: 17,
    memoryBytes: 2 ** 30,
  });
  for (const text of ["4G", "-1", "1e9", "99999999999999999"]) {
    expect(() => cacheLimits({ SETR_CACHE_BYTES: text })).toThrow("expected a whole number of bytes");
  }
});
