import { open } from "node:fs/promises";
import { DTYPE_BYTES, type DType } from "../../lib/checkpoint/dtype";
import { rowMajorStrides } from "../../lib/checkpoint/tensorFile";
import {
  dict,
  type Expression,
  int,
  list,
  orderedDict,
  pickle,
  storageId,
  tensorView,
  text,
  unsigned,
} from "./pickleWriter";
import { type ArchiveOptions, type MemberToWrite, zipChunks } from "./zipWriter";

/** Storage class of torch for each element type. */
export const STORAGE_CLASS: Readonly<Record<string, string>> = {
  F64: "torch.DoubleStorage",
  F32: "torch.FloatStorage",
  F16: "torch.HalfStorage",
  BF16: "torch.BFloat16Storage",
  I64: "torch.LongStorage",
  I32: "torch.IntStorage",
  I16: "torch.ShortStorage",
  I8: "torch.CharStorage",
  U8: "torch.ByteStorage",
  BOOL: "torch.BoolStorage",
};

/** A storage to write; `read` is called once, when its turn comes. */
export interface StorageToWrite {
  readonly key: string;
  readonly dtype: DType;
  /** Number of elements. */
  readonly length: number;
  readonly read: () => Uint8Array;
}

/** A tensor as a view of one of the storages; without strides row-major. */
export interface ViewToWrite {
  readonly name: string;
  readonly key: string;
  readonly shape: number[];
  readonly strides?: number[];
  /** First element within the storage, in elements. */
  readonly offset?: number;
}

/** A checkpoint to write. */
export interface TorchContent {
  readonly storages: readonly StorageToWrite[];
  readonly views: readonly ViewToWrite[];
  /** What is put around the state dict; nothing by default. */
  readonly wrap?: (stateDict: Expression) => Expression;
}

/** How the archive is written. */
export interface TorchZipOptions extends ArchiveOptions {
  /** Deflates the storages, which torch itself never does but reads. */
  readonly deflate?: boolean;
}

/** Content in which every tensor has a storage of its own, as almost all checkpoints have. */
export function denseContent(
  tensors: Iterable<{ name: string; dtype: DType; shape: number[]; read: () => Uint8Array }>,
): TorchContent {
  const storages: StorageToWrite[] = [];
  const views: ViewToWrite[] = [];
  for (const { name, dtype, shape, read } of tensors) {
    const key = `${storages.length}`;
    storages.push({ key, dtype, read, length: shape.reduce((product, length) => product * length, 1) });
    views.push({ name, key, shape });
  }
  return { storages, views };
}

/** The object of a checkpoint as a pickle expression. */
export function stateDictExpression({ storages, views, wrap }: TorchContent): Expression {
  const byKey = new Map(storages.map((storage) => [storage.key, storage]));
  const entries = views.map(({ name, key, shape, strides, offset }) => {
    const { dtype, length } = byKey.get(key)!;
    const storage = storageId(STORAGE_CLASS[dtype]!, key, length);
    return [name, tensorView(storage, offset ?? 0, shape, strides ?? rowMajorStrides(shape))] as const;
  });
  const stateDict = orderedDict(Object.fromEntries(entries));
  return wrap ? wrap(stateDict) : stateDict;
}

/** The members of a torch archive, in the order in which torch writes them. */
export function* torchMembers(content: TorchContent, deflate = false): Generator<MemberToWrite> {
  const fixed = (name: string, bytes: Uint8Array) => ({ name: `archive/${name}`, read: () => bytes });
  yield fixed("data.pkl", pickle(stateDictExpression(content)));
  yield fixed("byteorder", Buffer.from("little"));
  for (const { key, read } of content.storages) yield { name: `archive/data/${key}`, read, deflate };
  yield fixed("version", Buffer.from("3\n"));
}

/** A small checkpoint in torch's zip format. */
export function torchZipBytes(content: TorchContent, options: TorchZipOptions = {}): Buffer {
  return Buffer.concat([...torchZipChunks(content, options)]);
}

/** Writes a checkpoint in torch's zip format, one storage in memory at a time. */
export async function writeTorchZip(path: string, content: TorchContent, options: TorchZipOptions = {}): Promise<void> {
  const handle = await open(path, "w");
  try {
    for (const chunk of torchZipChunks(content, options)) await handle.writeFile(chunk);
  } finally {
    await handle.close();
  }
}

function torchZipChunks(content: TorchContent, options: TorchZipOptions): Generator<Uint8Array> {
  return zipChunks(torchMembers(content, options.deflate), { align: 64, ...options });
}

/** A small checkpoint in the format from before torch 1.6. */
export function torchLegacyBytes(content: TorchContent): Buffer {
  const magic = Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex");
  const flag = Buffer.from([0x88]);
  const sizes = dict({ short: int(2), int: int(4), long: int(4) });
  const facts = dict({ protocol_version: int(1001), little_endian: flag, type_sizes: sizes });
  const keys = list(...content.storages.map(({ key }) => text(key)));
  const pickles = [int(1001), facts, stateDictExpression(content), keys].map((expression) => pickle(expression));
  const storages = content.storages.flatMap(({ length, read }) => [unsigned(length, 8), read()]);
  return Buffer.concat([magic, ...pickles, ...storages]);
}

/** Little-endian bytes of whole numbers 0, 1, 2, ... in an element type, for tests that follow elements around. */
export function counting(dtype: DType, length: number): Uint8Array {
  const bytes = Buffer.alloc(length * DTYPE_BYTES[dtype]);
  for (let i = 0; i < length; i++) writeElement(bytes, dtype, i);
  return bytes;
}

function writeElement(bytes: Buffer, dtype: DType, i: number): void {
  const at = i * DTYPE_BYTES[dtype];
  if (dtype === "F64") bytes.writeDoubleLE(i, at);
  else if (dtype === "F32") bytes.writeFloatLE(i, at);
  else if (dtype === "BF16") bytes.writeUInt16LE(new Uint32Array(new Float32Array([i]).buffer)[0]! >>> 16, at);
  else if (dtype === "F16") bytes.writeUInt16LE(i === 0 ? 0 : halfOf(i), at);
  else bytes.writeUIntLE(i, at, Math.min(6, DTYPE_BYTES[dtype]));
}

/** Bits of a whole number below 2048 in half precision. */
function halfOf(i: number): number {
  const exponent = Math.floor(Math.log2(i));
  return ((exponent + 15) << 10) | ((i - 2 ** exponent) * 2 ** (10 - exponent));
}
