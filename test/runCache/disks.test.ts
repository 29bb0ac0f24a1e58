import { execFile, spawnSync } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fixture, temporaryFolder } from "../fixtures";
import type { Outcome } from "../program";

const LIBRARY = join(__dirname, "..", "..", "lib", "dist", "index.js");
const folder = await temporaryFolder();

/** Runs a model on two inputs, twice each, and prints which values came from where. */
const PROGRAM = `
  const setr = require(${JSON.stringify(LIBRARY)});
  async function main() {
    const model = await setr.openSetr(${JSON.stringify(fixture("setr-pup-official.safetensors"))}, { numHeads: 4 });
    for (const seed of [5, 7, 5, 7]) {
      const data = new Float32Array(3 * 96 * 96).map((_, i) => Math.sin(i / seed));
      const { stats } = await model.run({ shape: [1, 3, 96, 96], data }, { capture: ["Z*", "logits"] });
      console.log([stats.computed.length, stats.fromMemory.length, stats.fromDisk.length].join());
    }
    await model.close();
  }
  main();`;

function runWithCache(cache: string, env: Record<string, string> = {}): Promise<Outcome> {
  const options = { env: { ...process.env, SETR_CACHE_MEMORY_BYTES: "0", ...env, SETR_CACHE: cache } };
  return new Promise((resolve) => {
    execFile(process.execPath, ["-e", PROGRAM], options, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const ONE_LINE = /^setr: runs are not kept on disk: .*\n$/;

test("where no folder can be made, runs go on and one line says so", async () => {
  await writeFile(join(folder, "occupied"), "");
  const outcome = await runWithCache(join(folder, "occupied", "cache"));
  expect(outcome).toEqual({ status: 0, stdout: "5,0,0\n".repeat(4), stderr: expect.stringMatching(ONE_LINE) });
  const remembered = await runWithCache(join(folder, "occupied", "cache"), { SETR_CACHE_MEMORY_BYTES: "9000000" });
  expect(remembered).toMatchObject({ status: 0, stdout: "5,0,0\n5,0,0\n0,5,0\n0,5,0\n" });
});

test("with a tiny bound nothing is too large to run, and nothing is said", async () => {
  const cache = join(folder, "tiny");
  const outcome = await runWithCache(cache, { SETR_CACHE_BYTES: "1000" });
  expect(outcome).toEqual({ status: 0, stdout: "5,0,0\n".repeat(4), stderr: "" });
  expect(await readdir(cache)).not.toContain("runs");
});

const small = join(folder, "small");
await mkdir(small);
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=300k", "setr-test", small]);
const canMount = mounted.status === 0;
if (!canMount) console.log(`skipped: a full and a read-only disk (mount: ${mounted.stderr ?? mounted.error})`);
afterAll(() => canMount && spawnSync("umount", [small]));

describe.skipIf(!canMount)("on a disk of its own", () => {
  test("what fits is kept, and one line says that the rest, the scores, is not", async () => {
    const outcome = await runWithCache(small);
    expect(outcome).toMatchObject({ status: 0, stderr: expect.stringMatching(ONE_LINE) });
    expect(outcome.stderr).toContain("ENOSPC");
    expect(outcome.stdout).toBe("5,0,0\n5,0,0\n1,0,4\n1,0,4\n");
    expect((await readdir(join(small, "runs"))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("what lies on a disk that can only be read is served", async () => {
    expect(spawnSync("mount", ["-o", "remount,ro", small]).status).toBe(0);
    const outcome = await runWithCache(small);
    expect(outcome).toMatchObject({ status: 0, stderr: expect.stringMatching(ONE_LINE) });
    expect(outcome.stderr).toContain("EROFS");
    expect(outcome.stdout).toBe("1,0,4\n".repeat(4));
  });
});
