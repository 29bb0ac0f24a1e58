import { expect, test } from "vitest";
import { openCheckpoint } from "../../lib/checkpoint/open";
import { readTensor } from "../../lib/checkpoint/readTensors";
import { put, temporaryFolder } from "./folder";
import { npyBytes, npyHeader } from "./npyWriter";
import { counting } from "./torchWriter";
import { member, zipArchive } from "./zipWriter";

const folder = temporaryFolder();

test.each([1, 2, 3] as const)("an array in format version %d is read", async (version) => {
  const written = npyBytes(npyHeader("<f4", [2, 3]), counting("F32", 6), version);
  const file = await openCheckpoint(await put(folder, written));
  expect(file.format).toBe("npy");
  expect(await readTensor(file, "array")).toEqual({ shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });
});

test("an array in Fortran order is transposed into row-major order", async () => {
  const written = npyBytes(npyHeader("<f4", [2, 3, 5], true), counting("F32", 30));
  const file = await openCheckpoint(await put(folder, written));
  const { data } = await readTensor(file, "array");
  for (const [row, col, depth] of [
    [0, 0, 0],
    [1, 0, 0],
    [0, 2, 0],
    [1, 1, 4],
  ] as const) {
    expect(data[(row * 3 + col) * 5 + depth]).toBe(row + 2 * col + 6 * depth);
  }
});

test.each([
  ["<f8", "F64"],
  ["<f2", "F16"],
  ["<i8", "I64"],
  ["<i4", "I32"],
  ["<i2", "I16"],
  ["|i1", "I8"],
  ["<u8", "U64"],
  ["<u4", "U32"],
  ["<u2", "U16"],
  ["|u1", "U8"],
  ["|b1", "BOOL"],
] as const)("type %s is read as %s", async (descr, dtype) => {
  const file = await openCheckpoint(await put(folder, npyBytes(npyHeader(descr, [7]), counting(dtype, 7))));
  expect(file.tensors.get("array")?.dtype).toBe(dtype);
  expect([...(await readTensor(file, "array")).data]).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test.each([false, true])("an archive of arrays is read, deflated: %s", async (deflate) => {
  const members = [
    member("head/bias.npy", npyBytes(npyHeader("<f4", [3]), counting("F32", 3)), { deflate }),
    member("head/kernel.npy", npyBytes(npyHeader("<f2", [5, 7]), counting("F16", 35)), { deflate }),
    member("step.npy", npyBytes(npyHeader("<i8", []), counting("I64", 1)), { deflate }),
  ];
  const file = await openCheckpoint(await put(folder, zipArchive(members)));
  expect(file.format).toBe("npz");
  expect([...file.tensors].map(([name, { shape }]) => `${name} ${shape}`)).toEqual([
    "head/bias 3",
    "head/kernel 5,7",
    "step ",
  ]);
  expect([...(await readTensor(file, "head/kernel")).data]).toEqual([...Array(35).keys()]);
});

test("values that do not begin at a multiple of their size are read", async () => {
  const text = `${npyHeader("<f8", [2])}  \n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  const written = Buffer.concat([
    Buffer.from("\x93NUMPY\x01\0", "latin1"),
    length,
    Buffer.from(text),
    counting("F64", 2),
  ]);
  expect((10 + text.length) % 8).not.toBe(0);
  const file = await openCheckpoint(await put(folder, written));
  expect([...(await readTensor(file, "array")).data]).toEqual([0, 1]);
});
