import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "./fixtures";
import { programIn } from "./program";

const folder = await temporaryFolder();
const setr = programIn(folder);
let count = 0;
let cache = "";

/** Three runs of 700 bytes, one conversion, and a value that somebody is writing. */
beforeEach(async () => {
  cache = join(folder, `cache-${count++}`);
  process.env.SETR_CACHE = cache;
  delete process.env.SETR_CACHE_BYTES;
  for (const kind of ["runs", "weights"]) await mkdir(join(cache, kind), { recursive: true });
  for (const [i, name] of ["a", "b", "c"].entries()) {
    await writeFile(join(cache, "runs", name), Buffer.alloc(700));
    const day = new Date(`2026-01-1${i}T09:30:00Z`);
    await utimes(join(cache, "runs", name), day, day);
  }
  await writeFile(join(cache, "weights", "converted"), Buffer.alloc(1_234_567));
  await utimes(join(cache, "weights", "converted"), new Date("2026-02-03T04:05Z"), new Date("2026-02-03T04:05Z"));
});

const names = (kind: string) => readdir(join(cache, kind)).then((found) => found.sort());

describe("setr cache", () => {
  test("lists each kind with number, size and last use", async () => {
    expect(await setr("cache")).toEqual({
      status: 0,
      stderr: "",
      stdout: [
        cache,
        "runs     captured values        3 files      2.1 kB of 4.3 GB    last used 2026-01-12 09:30 UTC",
        "weights  converted checkpoints  1 file       1.2 MB              last used 2026-02-03 04:05 UTC",
        "hashes   hashes of checkpoints  0 files      0 bytes",
        "",
      ].join("\n"),
    });
  });

  test("prints the same as JSON", async () => {
    const { folder: where, kinds } = JSON.parse((await setr("cache", "--json")).stdout);
    const runs = { kind: "runs", holds: "captured values", files: 3, bytes: 2100, bound: 2 ** 32 };
    expect(where).toBe(cache);
    expect(kinds[0]).toEqual({ ...runs, lastUse: "2026-01-12T09:30:00.000Z" });
    expect(kinds[1]).toMatchObject({ kind: "weights", files: 1, bytes: 1_234_567, bound: null });
    expect(kinds[2]).toMatchObject({ kind: "hashes", files: 0, bytes: 0, bound: null, lastUse: null });
  });

  test("clears one kind or all, but for what somebody is writing", async () => {
    await writeFile(join(cache, "runs", ".d.tmp"), "");
    expect((await setr("cache", "--clear", "runs")).stdout).toMatch(/^runs +captured values +1 file +0 bytes/m);
    expect(await names("runs")).toEqual([".d.tmp"]);
    expect(await names("weights")).toEqual(["converted"]);
    expect((await setr("cache", "--clear")).status).toBe(0);
    expect(await names("weights")).toEqual([]);
  });

  test("brings runs under their bound, the least recently used first", async () => {
    process.env.SETR_CACHE_BYTES = "1700";
    expect((await setr("cache", "--prune")).stdout).toMatch(/2 files +1\.4 kB of 1\.7 kB/);
    expect(await names("runs")).toEqual(["b", "c"]);
    expect(await names("weights")).toEqual(["converted"]);
  });

  test("lists an empty cache where there is none", async () => {
    process.env.SETR_CACHE = join(folder, "none");
    expect(await setr("cache", "--clear")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^runs .* 0 files/m),
    });
  });

  test("refuses what it does not know", async () => {
    expect(await setr("cache", "--clear", "photos")).toMatchObject({ status: 2 });
    expect(await setr("cache", "--clear", "--prune")).toMatchObject({ status: 2 });
    process.env.SETR_CACHE_BYTES = "much";
    const stderr = 'setr: SETR_CACHE_BYTES: expected a whole number of bytes, found "much"\n';
    expect(await setr("cache")).toEqual({ status: 1, stdout: "", stderr });
  });
});
