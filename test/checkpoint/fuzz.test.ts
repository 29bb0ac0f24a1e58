import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCheckpoint } from "../../lib/checkpoint/open";
import { visitTensors } from "../../lib/checkpoint/readTensors";
import { stateDict } from "../../lib/checkpoint/stateDict";
import { CheckpointError } from "../../lib/errors";
import { type RandomStream, randomStream } from "../../lib/random";
import { temporaryFolder } from "./folder";
import { safetensors } from "./hostile/safetensorsFiles";
import { npyBytes, npyHeader } from "./npyWriter";
import { dict, int, pickle } from "./pickleWriter";
import {
  counting,
  stateDictExpression,
  type TorchContent,
  torchLegacyBytes,
  torchMembers,
  torchZipBytes,
} from "./torchWriter";
import { member, zipArchive } from "./zipWriter";

const folder = temporaryFolder();

const CONTENT: TorchContent = {
  storages: [
    { key: "0", dtype: "F32", length: 7, read: () => counting("F32", 7) },
    { key: "1", dtype: "F16", length: 11, read: () => counting("F16", 11) },
  ],
  views: [
    { name: "a", key: "0", shape: [3, 2], strides: [1, 3], offset: 1 },
    { name: "b", key: "1", shape: [11] },
  ],
  wrap: (weights) => dict({ epoch: int(3), model: weights }),
};

const ARRAY = npyBytes(npyHeader("<f4", [2, 3], true), counting("F32", 6));

/** A small valid file, the part of it that is changed, and how the whole is made of the changed part. */
interface Seed {
  readonly format: string;
  readonly part: Buffer;
  readonly whole: (part: Buffer) => Buffer;
}

function seed(format: string, part: Buffer, whole = (changed: Buffer) => changed): Seed {
  return { format, part, whole };
}

const SEEDS: readonly Seed[] = [
  seed("torch-zip", torchZipBytes(CONTENT)),
  seed("torch-zip, zip64", torchZipBytes(CONTENT, { zip64: true })),
  seed("torch-zip, deflated", torchZipBytes(CONTENT, { deflate: true })),
  seed("torch-zip, its pickle", pickle(stateDictExpression(CONTENT)), (changed) => {
    const [, ...others] = torchMembers(CONTENT);
    return zipArchive([member("archive/data.pkl", changed), ...others]);
  }),
  seed("torch-legacy", torchLegacyBytes(CONTENT)),
  seed("npy", ARRAY),
  seed("npz", zipArchive([member("a.npy", ARRAY), member("b.npy", ARRAY, { deflate: true })])),
  seed("npz, its array", ARRAY, (changed) => zipArchive([member("a.npy", changed, { deflate: true })])),
  seed("safetensors", safetensors({ a: { dtype: "F32", shape: [3], data_offsets: [0, 12] } }, 12)),
];

/** Mutants of all formats together. */
const MUTANTS = process.env.SETR_LONG_TESTS === "1" ? 5000 : 500;

const MAX_SECONDS = 1;

/** Numbers that lie at the edges of fields. */
const EDGES = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0xffffn, 0x7fffffffn, 0xffffffffn, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

/** A copy with one to eight changes: bits, bytes, fields, cuts, repetitions, parts of the file elsewhere. */
function mutate(original: Buffer, random: RandomStream): Buffer {
  const below = (limit: number) => Math.floor(random.uniform() * limit);
  let bytes = Buffer.from(original);
  for (let changes = 1 + below(8); changes > 0 && bytes.length > 16; changes--) {
    const at = below(bytes.length - 8);
    const from = below(bytes.length - 8);
    const length = 1 + below(Math.min(64, bytes.length - Math.max(at, from)));
    const kind = below(7);
    if (kind === 0) bytes[at]! ^= 1 << below(8);
    else if (kind === 1) bytes[at] = below(256);
    else if (kind === 2) bytes.writeBigUInt64LE(EDGES[below(EDGES.length)]!, at);
    else if (kind === 3) bytes.writeUInt32LE(Number(EDGES[below(8)]), at);
    else if (kind === 4) bytes.copy(bytes, at, from, from + length);
    else if (kind === 5) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
  }
  return bytes;
}

/** Opens the file and reads every tensor; undefined, or what was thrown. */
async function readAll(path: string): Promise<unknown> {
  try {
    const file = await openCheckpoint(path);
    for await (const _ of visitTensors(file));
    stateDict(file);
    return undefined;
  } catch (error) {
    return error;
  }
}

test.each(SEEDS)("$format: mutants are read or refused, at once, and leave nothing behind", async (one) => {
  const path = join(folder, one.format);
  await writeFile(path, one.whole(one.part));
  expect(await readAll(path), "the original").toBeUndefined();
  const filesBefore = [await readdir("."), await readdir(folder)];
  const count = Math.ceil(MUTANTS / SEEDS.length);
  let refused = 0;
  for (let number = 0; number < count; number++) {
    await writeFile(path, one.whole(mutate(one.part, randomStream(number))));
    const start = performance.now();
    const error = await readAll(path);
    const seconds = (performance.now() - start) / 1000;
    if (error !== undefined) {
      refused++;
      expect(error, `mutant ${number}`).toBeInstanceOf(CheckpointError);
      expect((error as Error).message, `mutant ${number}`).toMatch(/^[^\r\n]+$/);
    }
    expect(seconds, `mutant ${number}`).toBeLessThan(MAX_SECONDS);
  }
  expect([await readdir("."), await readdir(folder)]).toEqual(filesBefore);
  expect(refused).toBeGreaterThan(count / 3); // the mutations do change something that matters
});
