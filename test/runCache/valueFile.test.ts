import { existsSync } from "node:fs";
import { mkdir, readFile, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readValue, writeValue } from "../../lib/runCache/valueFile";
import { temporaryFolder } from "../fixtures";
import { bytesOf } from "./values";

const folder = await temporaryFolder();
const id = { key: "k".repeat(64), name: "A1.mean" };
/** Every kind of float: two NaNs with different payloads, infinities, both zeros, the smallest and largest numbers. */
const BITS = [0x7fc00001, 0xffc12345, 0x7f800000, 0xff800000, 0, 0x80000000, 1, 0x7f7fffff, 0x3f800000, 0xbf123456];
const value = { shape: [2, 5], data: new Float32Array(Uint32Array.from(BITS).buffer) };
const at = (name: string) => join(folder, name);

test("a value comes back bit for bit, and its file notes when it was used", async () => {
  const path = at("deeper/exact.safetensors");
  await writeValue(path, id, value);
  await utimes(path, 1000, 1000);
  const found = await readValue(path, id);
  expect(found?.shape).toEqual([2, 5]);
  expect(bytesOf(found!).equals(bytesOf(value))).toBe(true);
  expect((await stat(path)).mtimeMs).toBeGreaterThan(1e12);
});

test("a missing file is no value", async () => {
  expect(await readValue(at("none.safetensors"), id)).toBeUndefined();
});

test("a file with any bit flipped gives the value or nothing, and in the second case is removed", async () => {
  const path = at("flipped.safetensors");
  await writeValue(path, id, value);
  const sound = await readFile(path);
  let damaged = 0;
  for (let bit = 0; bit < 8 * sound.length; bit++) {
    const bytes = Buffer.from(sound);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    await writeFile(path, bytes);
    const found = await readValue(path, id);
    if (found) expect(bytesOf(found).equals(bytesOf(value)) && found.shape.join() === "2,5", `bit ${bit}`).toBe(true);
    else damaged++;
    expect(existsSync(path)).toBe(found !== undefined);
  }
  expect(damaged).toBeGreaterThan(8 * 4 * BITS.length); // all bits of the values, and most of the header's
});

test("a file cut short anywhere, or grown, is no value and is removed", async () => {
  const path = at("cut.safetensors");
  await writeValue(path, id, value);
  const { length } = await readFile(path);
  for (let bytes = 0; bytes < length; bytes++) {
    await writeValue(path, id, value);
    await truncate(path, bytes);
    expect(await readValue(path, id), `${bytes} bytes`).toBeUndefined();
    expect(existsSync(path)).toBe(false);
  }
  await writeFile(path, Buffer.concat([await sound(), Buffer.from("more")]));
  expect(await readValue(path, id)).toBeUndefined();

  async function sound(): Promise<Buffer> {
    await writeValue(path, id, value);
    return readFile(path);
  }
});

test("a file of another run or another value is not taken for this one", async () => {
  const path = at("other.safetensors");
  await writeValue(path, id, value);
  expect(await readValue(path, { ...id, key: "l".repeat(64) })).toBeUndefined();
  await writeValue(path, id, value);
  expect(await readValue(path, { ...id, name: "A2.mean" })).toBeUndefined();
});

test("a folder in the place of a file is no value", async () => {
  await mkdir(at("folder.safetensors"));
  expect(await readValue(at("folder.safetensors"), id)).toBeUndefined();
});
