import { createHash } from "node:crypto";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { crc32, crc32ByTable } from "../../lib/checkpoint/crc32";
import { openCheckpoint } from "../../lib/checkpoint/open";
import { inFileOrder, readTensor, visitTensors } from "../../lib/checkpoint/readTensors";
import { put, temporaryFolder } from "./folder";
import { counting, type TorchContent, torchLegacyBytes, torchZipBytes } from "./torchWriter";

const folder = temporaryFolder();

/** Names in another order than the storages, and one storage for two tensors. */
const CONTENT: TorchContent = {
  storages: [
    { key: "0", dtype: "F32", length: 11, read: () => counting("F32", 11) },
    { key: "1", dtype: "F16", length: 5, read: () => counting("F16", 5) },
    { key: "2", dtype: "I64", length: 3, read: () => counting("I64", 3) },
  ],
  views: [
    { name: "last", key: "2", shape: [3] },
    { name: "tail", key: "0", shape: [4], offset: 7 },
    { name: "half", key: "1", shape: [5] },
    { name: "head", key: "0", shape: [7] },
  ],
};

const FILES = [
  ["zip", torchZipBytes(CONTENT)],
  ["deflated zip", torchZipBytes(CONTENT, { deflate: true })],
  ["legacy", torchLegacyBytes(CONTENT)],
] as const;

test.each(FILES)("a %s file is visited in file order, and every byte passes by once", async (_, written) => {
  const file = await openCheckpoint(await put(folder, written));
  const hash = createHash("sha256");
  const visited: string[] = [];
  let passed = 0;
  const onBytes = (chunk: Uint8Array) => {
    hash.update(chunk);
    passed += chunk.length;
  };
  for await (const { tensor, bytes } of visitTensors(file, { onBytes })) visited.push(`${tensor.name} ${bytes.length}`);
  expect(visited).toEqual(["head 28", "tail 16", "half 10", "last 24"]);
  expect(inFileOrder(file).map(({ name }) => name)).toEqual(["head", "tail", "half", "last"]);
  expect(passed).toBe(written.length);
  expect(hash.digest("hex")).toBe(createHash("sha256").update(written).digest("hex"));
});

test("only the tensors asked for are visited", async () => {
  const file = await openCheckpoint(await put(folder, FILES[0][1]));
  const visited: string[] = [];
  for await (const { tensor } of visitTensors(file, { names: ["last", "tail"] })) visited.push(tensor.name);
  expect(visited).toEqual(["tail", "last"]);
  await expect(readTensor(file, "other")).rejects.toMatchObject({ code: "tensor-missing" });
});

test.each(FILES.slice(0, 2))("a flipped bit in a storage of a %s file is noticed", async (_, written) => {
  const path = await put(folder, written);
  const file = await openCheckpoint(path);
  const { offset } = file.tensors.get("half")!.storage;
  const bytes = await readFile(path);
  bytes[offset + 1]! ^= 4;
  await writeFile(path, bytes);
  await expect(readTensor(file, "half")).rejects.toMatchObject({
    code: expect.stringMatching(/^(damaged|member-size)$/),
  });
  await expect(drain(file)).rejects.toMatchObject({ area: "checkpoint" });
});

test("a file that was cut after opening is refused", async () => {
  const path = await put(folder, FILES[2][1]);
  const file = await openCheckpoint(path);
  await truncate(path, FILES[2][1].length - 1);
  await expect(readTensor(file, "last")).rejects.toMatchObject({ code: "changed" });
});

async function drain(file: Parameters<typeof visitTensors>[0]): Promise<void> {
  for await (const _ of visitTensors(file));
}

test("the table computes the CRC-32 that Node computes, of any length and in parts", () => {
  const bytes = Buffer.from("123456789 and some more");
  expect(crc32ByTable(bytes.subarray(0, 9))).toBe(0xcbf43926); // the check value of the algorithm
  for (let length = 0; length <= bytes.length; length++) {
    const part = bytes.subarray(0, length);
    expect(crc32ByTable(part)).toBe(crc32(part));
    expect(crc32ByTable(bytes.subarray(length), crc32ByTable(part))).toBe(crc32(bytes));
  }
});
