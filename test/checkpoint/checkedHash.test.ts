import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import { openWeights } from "../../lib/checkpoint/weights";
import { fixture, temporaryFolder } from "../fixtures";
import { changeWeight } from "../runCache/values";

const folder = await temporaryFolder();
const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");
const FALSE_HASH = "f".repeat(64);

let count = 0;
let notes = "";
beforeEach(() => {
  process.env.SETR_CACHE = join(folder, `cache-${count++}`);
  notes = join(process.env.SETR_CACHE, "hashes");
});

/** A checkpoint that has lain there for longer than it takes to trust its times. */
async function settledCopy(name: string): Promise<string> {
  const path = join(folder, name);
  await copyFile(fixture("setr-pup-official.safetensors"), path);
  await setTimeout(2100);
  return path;
}

/** Puts a hash that no file has into the one note there is, so that it shows whether the note is read. */
async function falsifyNote(check = true): Promise<void> {
  const [note] = await readdir(notes);
  await writeFile(join(notes, note!), `${FALSE_HASH}\n${check ? sha256(note! + FALSE_HASH) : sha256(FALSE_HASH)}`);
}

const hashOf = async (path: string, rememberHash = true) =>
  (await openWeights(path, { numHeads: 4 }, { rememberHash })).sha256;

test("the hash of a file that has not changed is remembered, unless that is not wanted", async () => {
  const path = await settledCopy("same.safetensors");
  const hash = sha256(await readFile(path));
  expect(await hashOf(path, false)).toBe(hash);
  await expect(readdir(notes)).rejects.toThrow("ENOENT");
  expect(await hashOf(path)).toBe(hash);
  expect(await readdir(notes)).toHaveLength(1);
  await falsifyNote();
  expect(await hashOf(path)).toBe(FALSE_HASH);
  expect(await hashOf(path, false)).toBe(hash);
});

test("a damaged note is not believed", async () => {
  const path = await settledCopy("damaged.safetensors");
  const hash = await hashOf(path);
  await falsifyNote(false);
  expect(await hashOf(path)).toBe(hash);
});

test("a file that was changed is read again, also when its size and time of change were put back", async () => {
  const path = await settledCopy("changed.safetensors");
  const { atime, mtime } = await stat(path);
  const before = await hashOf(path);
  await falsifyNote();
  await changeWeight(path, "backbone.blocks.2.norm1.weight", (value) => value / 2);
  await utimes(path, atime, mtime);
  const after = await hashOf(path);
  expect(after).toBe(sha256(await readFile(path)));
  expect(after).not.toBe(before);
});

test("a file that was just written is not remembered, since it may change again within one tick of the clock", async () => {
  const path = join(folder, "fresh.safetensors");
  await copyFile(fixture("setr-pup-official.safetensors"), path);
  await hashOf(path);
  await expect(readdir(notes)).rejects.toThrow("ENOENT");
});

test("a file with values that are not finite is refused each time", async () => {
  const path = join(folder, "nan.safetensors");
  await copyFile(fixture("setr-pup-official.safetensors"), path);
  await changeWeight(path, "backbone.blocks.2.norm1.weight", () => Number.NaN);
  await setTimeout(2100);
  for (let i = 0; i < 2; i++) await expect(hashOf(path)).rejects.toMatchObject({ code: "not-finite" });
});

test("where nothing can be noted, the file is read each time", async () => {
  const path = await settledCopy("unnoted.safetensors");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "occupied"), "");
  process.env.SETR_CACHE = join(folder, "occupied", "cache");
  for (let i = 0; i < 2; i++) expect(await hashOf(path)).toBe(sha256(await readFile(path)));
});
