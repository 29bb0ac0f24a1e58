import { expect, test } from "vitest";
import type { DType } from "../../lib/checkpoint/dtype";
import { openCheckpoint } from "../../lib/checkpoint/open";
import { readTensor } from "../../lib/checkpoint/readTensors";
import { stateDict } from "../../lib/checkpoint/stateDict";
import { plainRange } from "../../lib/checkpoint/tensorFile";
import { put, temporaryFolder } from "./folder";
import { bool, bytes, call, dict, float, instance, int, list, named, pickle, text, tuple } from "./pickleWriter";
import {
  counting,
  denseContent,
  STORAGE_CLASS,
  type TorchContent,
  torchLegacyBytes,
  torchZipBytes,
} from "./torchWriter";
import { member, zipArchive } from "./zipWriter";

const folder = temporaryFolder();

const FORMATS = [
  ["zip", (content: TorchContent) => torchZipBytes(content)],
  ["zip64", (content: TorchContent) => torchZipBytes(content, { zip64: true })],
  ["deflated zip", (content: TorchContent) => torchZipBytes(content, { deflate: true })],
  ["legacy", torchLegacyBytes],
] as const;

test.each(FORMATS)("every element type of a %s file is read", async (_, write) => {
  const types = Object.keys(STORAGE_CLASS) as DType[];
  const content = denseContent(
    types.map((dtype) => ({ name: dtype, dtype, shape: [2, 3, 5], read: () => counting(dtype, 30) })),
  );
  const file = await openCheckpoint(await put(folder, write(content)));
  for (const dtype of types) {
    const { shape, data } = await readTensor(file, dtype);
    expect({ dtype, shape, data: [...data] }).toEqual({ dtype, shape: [2, 3, 5], data: [...Array(30).keys()] });
  }
});

test.each(FORMATS)("views of one storage in a %s file are gathered", async (_, write) => {
  const storages = [{ key: "0", dtype: "F32" as const, length: 30, read: () => counting("F32", 30) }];
  const views = [
    { name: "all", key: "0", shape: [5, 6] },
    { name: "transposed", key: "0", shape: [3, 2], strides: [1, 3], offset: 7 },
    { name: "everyOther", key: "0", shape: [2, 2, 3], strides: [12, 6, 2], offset: 1 },
    { name: "expanded", key: "0", shape: [2, 3], strides: [0, 1], offset: 11 },
    { name: "scalar", key: "0", shape: [], offset: 29 },
    { name: "empty", key: "0", shape: [0, 3] },
  ];
  const file = await openCheckpoint(await put(folder, write({ storages, views })));
  const values = async (name: string) => [...(await readTensor(file, name)).data];
  expect(await values("all")).toEqual([...Array(30).keys()]);
  expect(await values("transposed")).toEqual([7, 10, 8, 11, 9, 12]);
  expect(await values("everyOther")).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23]);
  expect(await values("expanded")).toEqual([11, 12, 13, 11, 12, 13]);
  expect(await values("scalar")).toEqual([29]);
  expect(await values("empty")).toEqual([]);
});

test("an uncompressed tensor is a plain range of the file, at a multiple of 64 bytes", async () => {
  const content = denseContent([{ name: "w", dtype: "F32", shape: [7], read: () => counting("F32", 7) }]);
  const written = torchZipBytes(content);
  const stored = await openCheckpoint(await put(folder, written));
  const range = plainRange(stored.tensors.get("w")!)!;
  expect(range.offset % 64).toBe(0);
  expect(written.subarray(range.offset, range.offset + range.byteLength)).toEqual(Buffer.from(counting("F32", 7)));
  const deflated = await openCheckpoint(await put(folder, torchZipBytes(content, { deflate: true })));
  expect(plainRange(deflated.tensors.get("w")!)).toBeUndefined();
});

const ONE = denseContent([{ name: "module.w", dtype: "F32", shape: [3], read: () => counting("F32", 3) }]);

test("weights are found inside a wrapper, without the prefix of data-parallel training", async () => {
  const wrap: TorchContent["wrap"] = (weights) => dict({ epoch: int(3), state_dict: weights, optimizer: dict({}) });
  const file = await openCheckpoint(await put(folder, torchZipBytes({ ...ONE, wrap })));
  expect([...file.tensors.keys()]).toEqual(["state_dict.module.w"]);
  const { tensors, ...rest } = stateDict(file);
  expect(rest).toEqual({ wrapper: "state_dict", prefix: "module.", leftAside: ["epoch", "optimizer"] });
  expect(tensors.get("w")?.name).toBe("state_dict.module.w");
});

test("a file without weights at a known place is refused with its keys", async () => {
  const wrap: TorchContent["wrap"] = (weights) => dict({ epoch: int(3), generator: weights });
  const file = await openCheckpoint(await put(folder, torchZipBytes({ ...ONE, wrap })));
  expect(() => stateDict(file)).toThrow(/expected weights at the top or under .*, found the keys epoch, generator$/);
});

test("the odd objects of training runs are kept as inert data", async () => {
  const float64 = bytes(call(named("numpy", "dtype"), text("f8"), bool(false), bool(true)), "(");
  const state = bytes(int(3), text("<"), "NNN", int(-1), int(-1), int(0), "tb");
  const encoded = call(named("_codecs", "encode"), text("\0\0\0\0\0\0\u00e0?"), text("latin1"));
  const wrap: TorchContent["wrap"] = (weights) =>
    dict({
      model: weights,
      args: instance(
        named("argparse", "Namespace"),
        dict({ lr: float(0.25), device: call(named("torch", "device"), text("cpu")) }),
      ),
      best: call(named("numpy.core.multiarray", "scalar"), bytes(float64, state), encoded),
      size: call(named("torch", "Size"), tuple(int(2), int(3))),
      type: named("torch", "float16"),
      history: list(int(1), bytes("N"), int(-70000)),
    });
  const { tree, ignoredEntries } = await openCheckpoint(await put(folder, torchZipBytes({ ...ONE, wrap })));
  const top = tree as Map<string, unknown>;
  expect(ignoredEntries).toEqual(["args", "best", "size", "type", "history"]);
  expect(top.get("best")).toBe(0.5);
  expect(top.get("history")).toEqual([1, null, -70000]);
  expect(top.get("size")).toEqual({ kind: "tuple", items: [2, 3] });
  expect(top.get("type")).toEqual({ kind: "global", name: "torch.float16" });
  expect(top.get("args")).toMatchObject({ class: "argparse.Namespace", state: expect.any(Map) });
});

test("parameters and tensors over untyped storages are read as torch 2 writes them", async () => {
  const id = tuple(text("storage"), named("torch.storage", "UntypedStorage"), text("0"), text("cpu"), int(12));
  const hooks = call(named("collections", "OrderedDict"));
  const shape = [int(0), tuple(int(3)), tuple(int(1)), bool(false), hooks, named("torch", "float32")];
  const view = call(named("torch._utils", "_rebuild_tensor_v3"), bytes(id, "Q"), ...shape);
  const parameter = call(named("torch._utils", "_rebuild_parameter"), view, bool(true), hooks);
  const members = [
    member("m/data.pkl", pickle(dict({ w: parameter }))),
    member("m/.format_version", "1"),
    member("m/byteorder", "little"),
    member("m/data/0", counting("F32", 3)),
    member("m/.data/serialization_id", "0636457737946401051300000000000000000000"),
  ];
  const file = await openCheckpoint(await put(folder, zipArchive(members)));
  expect([...(await readTensor(file, "w")).data]).toEqual([0, 1, 2]);
});

test("a storage that is part of another one, as legacy files have it, is read at its place", async () => {
  const content = denseContent([{ name: "w", dtype: "F32", shape: [7], read: () => counting("F32", 7) }]);
  const plain = torchLegacyBytes(content);
  const key = Buffer.concat([text("cpu"), int(7)]);
  const at = plain.indexOf(key) + key.length;
  const view = Buffer.concat([tuple(text("view"), int(2), int(5))]);
  const shape = Buffer.concat([tuple(int(7)), tuple(int(1))]);
  const smaller = Buffer.concat([tuple(int(3)), tuple(int(1))]);
  const start = plain.indexOf(shape);
  const parts = [plain.subarray(0, at), view, plain.subarray(at, start), smaller, plain.subarray(start + shape.length)];
  const file = await openCheckpoint(await put(folder, Buffer.concat(parts)));
  expect([...(await readTensor(file, "w")).data]).toEqual([2, 3, 4]);
});
