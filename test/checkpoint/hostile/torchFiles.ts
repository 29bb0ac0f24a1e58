import { dict, int, list, pickle, storageId, tensorView, text, unsigned } from "../pickleWriter";
import {
  counting,
  denseContent,
  type TorchContent,
  torchLegacyBytes,
  torchMembers,
  torchZipBytes,
} from "../torchWriter";
import { type MemberToWrite, member, zipArchive } from "../zipWriter";
import { type HostileCase, hostile } from "./case";

const CONTENT = denseContent([
  { name: "a", dtype: "F32", shape: [7], read: () => counting("F32", 7) },
  { name: "b", dtype: "F32", shape: [5], read: () => counting("F32", 5) },
]);

/** One tensor over a storage of 7 floats. */
function view(shape: number[], strides: number[], offset = 0): TorchContent {
  return { ...CONTENT, views: [{ name: "a", key: "0", shape, strides, offset }] };
}

function members(change: (all: MemberToWrite[]) => MemberToWrite[]): Buffer {
  return zipArchive(change([...torchMembers(CONTENT)]), { align: 64 });
}

function bothFormats(name: string, code: string, content: TorchContent): HostileCase[] {
  return [
    hostile(`zip: ${name}`, code, () => torchZipBytes(content)),
    hostile(`legacy: ${name}`, code, () => torchLegacyBytes({ ...content, storages: content.storages.slice(0, 1) })),
  ];
}

function legacy(): Buffer {
  return torchLegacyBytes(CONTENT);
}

/** A legacy file whose last storage's count is another one. */
function legacyCount(count: bigint): Buffer {
  const bytes = legacy();
  bytes.writeBigInt64LE(count, bytes.length - 20 - 8);
  return bytes;
}

const many = Array.from({ length: 2000 }, (_, i) => ({ name: `t${i}`, key: "0", shape: [1 << 22], strides: [0] }));

/** Checkpoints whose pickle, members and storages contradict each other. */
export const HOSTILE_TORCH_FILES: readonly HostileCase[] = [
  ...bothFormats("a view longer than its storage", "tensor-bounds", view([8], [1])),
  ...bothFormats("strides out of the storage", "tensor-bounds", view([2, 3], [5, 1])),
  ...bothFormats("an offset out of the storage", "tensor-bounds", view([3], [1], 5)),
  ...bothFormats("an offset of 2^53", "tensor-entry", view([3], [1], 2 ** 52)),
  ...bothFormats("a shape of 2^60 elements", "tensor-size", view([2 ** 30, 2 ** 30], [0, 0])),
  ...bothFormats("a shape product beyond all numbers", "tensor-size", view(Array(32).fill(2 ** 40), Array(32).fill(0))),
  ...bothFormats("a stride of 2^52", "tensor-bounds", view([3], [2 ** 52])),
  ...bothFormats("a negative length", "pickle-reduce", view([-1], [1])),
  ...bothFormats("a negative stride", "pickle-reduce", view([3], [-1], 6)),
  ...bothFormats("a negative offset", "pickle-reduce", view([3], [1], -1)),
  ...bothFormats("more strides than lengths", "tensor-entry", view([3], [1, 1])),
  ...bothFormats("33 axes", "tensor-entry", view(Array(33).fill(1), Array(33).fill(1))),
  ...bothFormats("one float expanded 8 billion times", "tensor-size", { ...CONTENT, views: many }),
  ...bothFormats("a storage of negative length", "pickle-structure", {
    ...CONTENT,
    storages: [{ key: "0", dtype: "F32", length: -7, read: () => counting("F32", 7) }],
    views: [{ name: "a", key: "0", shape: [0] }],
  }),
  hostile("zip: two tensors with the same joined name", "duplicate-name", () => {
    const tensor = tensorView(storageId("torch.FloatStorage", "0", 7), 0, [7], [1]);
    const object = dict({ "a.b": tensor, a: dict({ b: tensor }) });
    return zipArchive([member("m/data.pkl", pickle(object)), member("m/data/0", counting("F32", 7))]);
  }),
  ...bothFormats("a bad view under a name of many lines", "tensor-bounds", {
    ...CONTENT,
    views: [{ name: "a\nb\r".repeat(99), key: "0", shape: [8] }],
  }),
  ...bothFormats("a name of 2,000 characters", "pickle-limit", {
    ...CONTENT,
    views: [{ name: "a".repeat(2000), key: "0", shape: [7] }],
  }),
  hostile("zip: no member for a storage", "storage-missing", () => {
    return members((all) => all.filter(({ name }) => name !== "archive/data/1"));
  }),
  hostile("zip: a storage key with a path", "storage-missing", () => {
    const object = dict({ a: tensorView(storageId("torch.FloatStorage", "../../../etc/passwd", 7), 0, [7], [1]) });
    return zipArchive([member("m/data.pkl", pickle(object))]);
  }),
  hostile("zip: a storage that is too short", "storage-size", () => {
    return members((all) => all.map((one) => (one.name.endsWith("/1") ? member(one.name, counting("F32", 4)) : one)));
  }),
  hostile("zip: a storage that is too long", "storage-size", () => {
    return members((all) => all.map((one) => (one.name.endsWith("/1") ? member(one.name, counting("F32", 6)) : one)));
  }),
  hostile("zip: no data.pkl", "unknown-format", () =>
    members((all) => all.filter(({ name }) => !name.endsWith(".pkl"))),
  ),
  hostile("zip: two data.pkl", "torch-layout", () =>
    members((all) => [...all, { ...all[0]!, name: "other/data.pkl" }]),
  ),
  hostile("zip: big-endian", "byte-order", () => {
    return members((all) => all.map((one) => (one.name.endsWith("byteorder") ? member(one.name, "big") : one)));
  }),
  hostile("zip: damaged data.pkl", "damaged", () => {
    const bytes = torchZipBytes(CONTENT);
    bytes[80]! ^= 1;
    return bytes;
  }),
  hostile("legacy: another protocol version", "torch-layout", () => {
    const bytes = legacy();
    bytes.writeUInt16LE(1002, 18);
    return bytes;
  }),
  hostile("legacy: big-endian", "byte-order", () => {
    const bytes = legacy();
    bytes[bytes.indexOf("little_endian") + "little_endian".length] = 0x89;
    return bytes;
  }),
  hostile("legacy: ends within a pickle", "pickle-truncated", () => legacy().subarray(0, 200)),
  hostile("legacy: ends within a storage", "truncated", () => legacy().subarray(0, -1)),
  hostile("legacy: ends before a count", "truncated", () => legacy().subarray(0, -24)),
  hostile("legacy: bytes behind the last storage", "torch-layout", () => Buffer.concat([legacy(), Buffer.alloc(3)])),
  hostile("legacy: a negative count", "storage-size", () => legacyCount(-5n)),
  hostile("legacy: a count of 2^62", "truncated", () => legacyCount(2n ** 62n)),
  hostile("legacy: a smaller count", "torch-layout", () => legacyCount(3n)),
  hostile("legacy: a key list that is no list", "torch-layout", () => withKeys(int(7))),
  hostile("legacy: a key list that repeats a key", "duplicate-name", () => withKeys(list(text("0"), text("0")))),
  hostile("legacy: a key list without a storage", "storage-missing", () => withKeys(list())),
  hostile("legacy: a key list with a storage of unknown type", "torch-layout", () => withKeys(list(text("9")))),
];

/** A legacy file of one storage with another list of keys. */
function withKeys(keys: Buffer): Buffer {
  const one = { ...CONTENT, storages: CONTENT.storages.slice(0, 1), views: CONTENT.views.slice(0, 1) };
  const bytes = torchLegacyBytes(one);
  const onlyKey = pickle(list(text("0")));
  const at = bytes.indexOf(onlyKey);
  const isEmpty = keys.equals(list());
  const rest = isEmpty ? Buffer.alloc(0) : Buffer.concat([unsigned(7, 8), counting("F32", 7)]);
  return Buffer.concat([bytes.subarray(0, at), pickle(keys), rest]);
}
