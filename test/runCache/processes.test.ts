import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures";

const DIST = join(__dirname, "..", "..", "lib", "dist");
const folder = await temporaryFolder();
const BOUND = 3_000_000;
const ROUNDS = 400;

/**
 * Reads and keeps values of five runs at random, in a folder too small for all of them; a value says which it is, and what
 * is read is compared with it. Prints a line per round, and at last what it saw.
 */
const WORKER = `
  const { DiskCache } = require(${JSON.stringify(join(DIST, "runCache", "diskCache.js"))});
  const [folder, seed, rounds] = process.argv.slice(2);
  const cache = new DiskCache(folder, ${BOUND});
  let state = Number(seed);
  const below = (n) => (state = (state * 48271) % 2147483647) % n;
  const value = (run, layer) => {
    const data = new Float32Array(30011 + 1009 * layer);
    for (let i = 0; i < data.length; i++) data[i] = 100 * run + layer + i / 7;
    return { shape: [data.length], data };
  };
  const same = (a, b) => Buffer.from(a.data.buffer, a.data.byteOffset, a.data.byteLength).equals(Buffer.from(b.data.buffer));
  async function main() {
    const seen = { hits: 0, misses: 0, wrong: 0 };
    for (let round = 0; round < Number(rounds); round++) {
      const [run, layer] = [below(5), below(7)];
      const key = String(run).repeat(64);
      const found = await cache.read(key, "Z" + layer);
      if (!found) seen.misses++;
      else if (same(found, value(run, layer))) seen.hits++;
      else seen.wrong++;
      if (!found) await cache.keep(key, new Map([["Z" + layer, value(run, layer)], ["Z9", value(run, 9)]]));
      console.log(round);
    }
    console.log(JSON.stringify(seen));
  }
  main();`;

function start(seed: number, rounds = ROUNDS): { child: ChildProcess; lines: string[]; errors: string[] } {
  const child = spawn(process.execPath, [join(folder, "worker.js"), join(folder, "runs"), `${seed}`, `${rounds}`]);
  const [lines, errors]: [string[], string[]] = [[], []];
  child.stdout.setEncoding("utf8").on("data", (text: string) => lines.push(...text.trimEnd().split("\n")));
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  return { child, lines, errors };
}

test("processes that share the folder read exact values or none, also when one is killed in the middle", async () => {
  await writeFile(join(folder, "worker.js"), WORKER);
  const workers = [start(7, Number.POSITIVE_INFINITY), start(11), start(13)] as const;
  const [victim, ...others] = workers;
  const ends = workers.map(({ child }) => once(child, "close"));
  victim.child.stdout!.on("data", () => victim.lines.length > 40 && victim.child.kill("SIGKILL"));
  await Promise.all(ends);
  expect(victim.child.signalCode).toBe("SIGKILL");
  for (const { child, lines, errors } of others) {
    expect(errors.join("")).toBe("");
    expect(child.exitCode).toBe(0);
    const seen = JSON.parse(lines.at(-1)!);
    expect(seen.hits + seen.misses).toBe(ROUNDS);
    expect(seen.wrong).toBe(0);
    expect(seen.hits).toBeGreaterThan(20);
    expect(seen.misses).toBeGreaterThan(20); // the folder is too small: values went
  }
  const late = start(17);
  await once(late.child, "close");
  expect(JSON.parse(late.lines.at(-1)!)).toMatchObject({ wrong: 0 });
  const left = await readdir(join(folder, "runs"));
  expect(left.filter((name) => !/^(\d)\1{63}\.Z\d\.safetensors$/.test(name) && !name.endsWith(".tmp"))).toEqual([]);
});
