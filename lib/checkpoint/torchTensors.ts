import { CheckpointError } from "../errors";
import { DTYPE_BYTES, type DType } from "./dtype";
import { describe } from "./fileBytes";
import { isKind, type PickleStorage, type PickleTensor, type PickleValue } from "./pickleValue";
import { checkTensor, checkTotals, type StoredTensor, type TensorStorage } from "./tensorFile";

/** Most dictionary entries that are visited, each as often as it is reached. */
const MAX_ENTRIES = 200_000;

/** Longest name that a tensor may have, nested dictionaries joined. */
const MAX_NAME_LENGTH = 1000;

/** A tensor found in the dictionaries of a torch file. */
export interface FoundTensor {
  readonly name: string;
  readonly tensor: PickleTensor;
}

/** What the dictionaries of a torch file hold. */
export interface FoundEntries {
  readonly tensors: readonly FoundTensor[];
  /** Names of the entries that are neither tensors nor dictionaries. */
  readonly others: readonly string[];
}

/**
 * Walks the dictionaries of a torch file; keys of nested dictionaries are joined with dots. A file that is one tensor and
 * no dictionary gives it the name `tensor`.
 *
 * Tensors inside lists and objects are not looked for: no family keeps weights there.
 *
 * @param path the file, for messages
 * @param root the file's object, free of cycles
 * @throws CheckpointError `duplicate-name` when two entries have the same joined name, `pickle-limit` for too many
 *   entries or too long names
 */
export function findTensors(path: string, root: PickleValue): FoundEntries {
  const tensors: FoundTensor[] = [];
  const others: string[] = [];
  const names = new Set<string>();
  let visited = 0;
  const visit = (name: string, value: PickleValue): void => {
    if (++visited > MAX_ENTRIES || name.length > MAX_NAME_LENGTH) {
      const limits = `at most ${MAX_ENTRIES} entries with names of at most ${MAX_NAME_LENGTH} characters`;
      throw new CheckpointError("pickle-limit", `${path}: expected ${limits}, found more`);
    }
    if (value instanceof Map) {
      for (const [key, item] of value) visit(name === "" ? nameOf(key) : `${name}.${nameOf(key)}`, item);
      return;
    }
    if (!isKind(value, "tensor")) {
      others.push(name);
      return;
    }
    if (names.has(name)) {
      throw new CheckpointError("duplicate-name", `${path}: expected each tensor once, found ${describe(name)} twice`);
    }
    names.add(name);
    tensors.push({ name: name === "" ? "tensor" : name, tensor: value });
  };
  visit("", root);
  return { tensors, others };
}

/** A dictionary's key as part of a name. */
export function nameOf(key: PickleValue): string {
  return typeof key === "object" && key !== null ? "?" : String(key);
}

/**
 * Puts a tensor of the pickle on the storage that was found for it.
 *
 * @param storage where the bytes are
 * @throws CheckpointError `storage-size` when the storage is not as long as the pickle says; as `checkTensor`
 */
export function placeTensor(path: string, { name, tensor }: FoundTensor, storage: TensorStorage): StoredTensor {
  const { dtype, shape, strides, offset } = tensor;
  const itemBytes = storageItemBytes(tensor.storage);
  const expected = tensor.storage.length * itemBytes;
  if (expected !== storage.byteLength) {
    const found = `${storage.byteLength} bytes in ${describe(storage.name)}`;
    throw new CheckpointError(
      "storage-size",
      `${path}: ${describe(name)}: expected a storage of ${expected} bytes, found ${found}`,
    );
  }
  const view = tensor.storage.view;
  const byteOffset = (view?.offset ?? 0) * itemBytes + offset * DTYPE_BYTES[dtype];
  const placed = { name, dtype, shape, strides, storage, byteOffset };
  if (view)
    checkTensor(path, { ...placed, storage: { ...storage, byteLength: (view.offset + view.length) * itemBytes } });
  return checkTensor(path, placed);
}

/** Bytes per element of a storage; 1 for an untyped one. */
export function storageItemBytes({ dtype }: { readonly dtype: DType | undefined }): number {
  return dtype ? DTYPE_BYTES[dtype] : 1;
}

/**
 * The table of tensors by name, checked together.
 *
 * @throws CheckpointError `tensor-size`
 */
export function tensorTable(path: string, tensors: readonly StoredTensor[]): ReadonlyMap<string, StoredTensor> {
  const table = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  checkTotals(path, table);
  return table;
}

/** The storages that tensors refer to, by key, each once. */
export function storagesOf(tensors: readonly FoundTensor[]): ReadonlyMap<string, PickleStorage> {
  return new Map(tensors.map(({ tensor }) => [tensor.storage.key, tensor.storage]));
}
