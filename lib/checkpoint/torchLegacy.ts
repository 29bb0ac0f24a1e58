import { CheckpointError } from "../errors";
import { describe, type OpenedFile, readBytes } from "./fileBytes";
import { readPickle, type Unpickled } from "./pickle";
import type { PickleValue } from "./pickleValue";
import type { TensorFile, TensorStorage } from "./tensorFile";
import { PLAIN_MEANING, TORCH_MEANING } from "./torchPickle";
import { findTensors, placeTensor, storageItemBytes, tensorTable } from "./torchTensors";
import { PICKLE_LIMITS, type PickleMeaning } from "./unpickling";

/** The pickled number that a legacy file begins with. */
export const LEGACY_MAGIC = Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex");

/** Bytes read at first for a pickle, whose length stands nowhere. */
const FIRST_WINDOW = 256 << 10;

function refuse(file: OpenedFile, code: string, expected: string, found: unknown): never {
  throw new CheckpointError(code, `${file.path}: expected ${expected}, found ${describe(found)}`);
}

/**
 * Reads a checkpoint as torch.save wrote it before 1.6: five pickles in a row (magic number, protocol version, system
 * facts, the object, the storage keys), then for each key an int64 count and that many elements.
 *
 * Only the pickles and the counts are read.
 *
 * @param file an opened file
 * @throws CheckpointError `torch-layout`, `byte-order`, `storage-missing`, `storage-size`, `truncated`, as `readPickle` and
 *   `placeTensor`
 * Source: torch/serialization.py (_legacy_save, _legacy_load) of PyTorch.
 */
export async function readTorchLegacy(file: OpenedFile): Promise<TensorFile> {
  const { path, byteLength } = file;
  const version = await readPickleAt(file, LEGACY_MAGIC.length, PLAIN_MEANING);
  if (version.value !== 1001) refuse(file, "torch-layout", "protocol version 1001", describeValue(version.value));
  const facts = await readPickleAt(file, version.end, PLAIN_MEANING);
  const isLittle = facts.value instanceof Map && facts.value.get("little_endian") === true;
  if (!isLittle) refuse(file, "byte-order", "little_endian to be true in the system facts", "otherwise");
  const object = await readPickleAt(file, facts.end, TORCH_MEANING);
  const keys = await readPickleAt(file, object.end, PLAIN_MEANING);
  const { tensors, others } = findTensors(path, object.value);
  const storages = await locateStorages(file, checkKeys(file, keys.value), keys.end, object.storages);
  const placed = tensors.map((found) => {
    const storage = storages.get(found.tensor.storage.key);
    if (storage) return placeTensor(path, found, storage);
    return refuse(file, "storage-missing", `a storage with key ${describe(found.tensor.storage.key)}`, "none");
  });
  const table = tensorTable(path, placed);
  return {
    path,
    format: "torch-legacy",
    byteLength,
    metadata: {},
    tensors: table,
    ignoredEntries: others,
    tree: object.value,
  };
}

interface PlacedPickle extends Unpickled {
  /** Bytes per element of each storage that the pickle names, by key. */
  readonly storages: ReadonlyMap<string, number>;
}

/** Reads the pickle at `position`, taking more of the file in until it ends; `end` is absolute. */
async function readPickleAt(file: OpenedFile, position: number, meaning: PickleMeaning): Promise<PlacedPickle> {
  const available = Math.min(file.byteLength - position, PICKLE_LIMITS.bytes + 1);
  for (let window = FIRST_WINDOW; ; window *= 8) {
    const bytes = await readBytes(file, position, Math.min(window, available));
    const storages = new Map<string, number>();
    const storage: PickleMeaning["storage"] = (pickle, id) => {
      const found = meaning.storage(pickle, id);
      storages.set(found.key, storageItemBytes(found));
      return found;
    };
    try {
      const { value, end } = readPickle(file.path, bytes, { ...meaning, storage });
      return { value, end: position + end, storages };
    } catch (error) {
      const isCut = error instanceof CheckpointError && error.code === "pickle-truncated";
      if (!isCut || window >= available) throw error;
    }
  }
}

function checkKeys(file: OpenedFile, value: PickleValue): string[] {
  const isKeys = Array.isArray(value) && value.every((key) => typeof key === "string");
  if (!isKeys) return refuse(file, "torch-layout", "a list of storage keys", describeValue(value));
  if (new Set(value).size !== value.length) refuse(file, "duplicate-name", "each storage key once", "one twice");
  return value as string[];
}

async function locateStorages(
  file: OpenedFile,
  keys: readonly string[],
  start: number,
  itemBytes: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, TensorStorage>> {
  const storages = new Map<string, TensorStorage>();
  let position = start;
  for (const key of keys) {
    const size = itemBytes.get(key);
    if (size === undefined) return refuse(file, "torch-layout", "storages of the tensors", `one with key ${key}`);
    const byteLength = await readStorageLength(file, position, size);
    const [name, offset] = [`storage ${key}`, position + 8];
    storages.set(key, { name, offset, storedByteLength: byteLength, byteLength, compression: "none" });
    position = offset + byteLength;
  }
  if (position !== file.byteLength) refuse(file, "torch-layout", `a file of ${position} bytes`, `${file.byteLength}`);
  return storages;
}

/** The count of elements at `position`, in bytes: whole, and within the file. */
async function readStorageLength(file: OpenedFile, position: number, itemBytes: number): Promise<number> {
  const count = (await readBytes(file, position, 8)).readBigInt64LE();
  const byteLength = Number(count) * itemBytes;
  if (count < 0n) refuse(file, "storage-size", `a count of elements at byte ${position}`, `${count}`);
  if (!(position + 8 + byteLength <= file.byteLength)) {
    refuse(file, "truncated", `${byteLength} bytes of a storage at ${position + 8}`, `a file of ${file.byteLength}`);
  }
  return byteLength;
}

function describeValue(value: PickleValue): string {
  return typeof value === "object" ? "something else" : String(value);
}
