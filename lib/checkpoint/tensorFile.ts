import { CheckpointError } from "../errors";
import { DTYPE_BYTES, type DType } from "./dtype";
import { describe, describeShape } from "./fileBytes";
import type { PickleValue } from "./pickleValue";

/** The wire formats that can be opened. */
export type TensorFormat = "safetensors" | "torch-zip" | "torch-legacy" | "npz" | "npy";

/** A run of bytes in the file that one or more tensors are views of. */
export interface TensorStorage {
  /** The zip member, storage key or tensor that it belongs to, for messages. */
  readonly name: string;
  /** Absolute position of the first byte in the file. */
  readonly offset: number;
  /** Bytes in the file. */
  readonly storedByteLength: number;
  /** Bytes after decompression; `storedByteLength` where there is no compression. */
  readonly byteLength: number;
  readonly compression: "none" | "deflate";
  /** CRC-32 of the decompressed bytes, where the format keeps one; checked whenever the whole storage is read. */
  readonly crc32?: number;
}

/** One tensor of a file: a strided view of a storage; values are little-endian. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: DType;
  /** Lengths of the axes, slowest first in the order of indexing. */
  readonly shape: readonly number[];
  /** Distance of neighbours along each axis, in elements; row-major, column-major, transposed or expanded. */
  readonly strides: readonly number[];
  readonly storage: TensorStorage;
  /** Position of the first element within the decompressed storage, in bytes. */
  readonly byteOffset: number;
}

/** An opened file of any format: its table of tensors; the values stay on disk. */
export interface TensorFile {
  readonly path: string;
  readonly format: TensorFormat;
  readonly byteLength: number;
  /** Strings the file carries (`__metadata__` of safetensors); empty for formats without them. */
  readonly metadata: Readonly<Record<string, string>>;
  /** By name; nested dictionaries of a torch file are joined with dots (`state_dict.backbone.pos_embed`). */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Names of what is no tensor (`epoch`, `meta.env_info`); empty for formats that hold only tensors. */
  readonly ignoredEntries: readonly string[];
  /** What a torch file holds, as inert data. */
  readonly tree?: PickleValue;
}

/** Most axes a tensor may have, as in NumPy. */
export const MAX_AXES = 32;

/** Most tensors a file may hold. */
export const MAX_TENSORS = 50_000;

/** A view may repeat elements of its storage (stride 0) up to this many; beyond, it may not be larger than the storage. */
export const MAX_EXPANDED_ELEMENTS = 1 << 22;

/** All tensors together may be this many times as large as the file's storages, and 64 MiB more. */
export const MAX_SHARING = 16;

/** Strides of a dense row-major array, in elements. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** Whether the elements lie one after the other in row-major order. */
export function isRowMajor({ shape, strides }: Pick<StoredTensor, "shape" | "strides">): boolean {
  if (shape.includes(0)) return true;
  const dense = rowMajorStrides(shape);
  return shape.every((length, axis) => length === 1 || strides[axis] === dense[axis]);
}

/**
 * Where the values of a tensor lie in the file as they are: uncompressed, row-major, little-endian.
 *
 * @returns absolute offset and length in bytes; undefined where the values must be gathered or decompressed first
 */
export function plainRange(tensor: StoredTensor): { offset: number; byteLength: number } | undefined {
  if (tensor.storage.compression !== "none" || !isRowMajor(tensor)) return undefined;
  return { offset: tensor.storage.offset + tensor.byteOffset, byteLength: tensorBytes(tensor) };
}

/** Size of a tensor's values when gathered, in bytes. */
export function tensorBytes({ shape, dtype }: Pick<StoredTensor, "shape" | "dtype">): number {
  return shape.reduce((product, length) => product * length, DTYPE_BYTES[dtype]);
}

/** The part of its storage that a tensor touches, in bytes from the storage's beginning. */
export function touchedRange(tensor: StoredTensor): { begin: number; end: number } {
  const begin = tensor.byteOffset;
  if (tensor.shape.includes(0)) return { begin, end: begin };
  const last = tensor.shape.reduce((sum, length, axis) => sum + (length - 1) * tensor.strides[axis]!, 0);
  return { begin, end: begin + (last + 1) * DTYPE_BYTES[tensor.dtype] };
}

/**
 * Checks a tensor from a file before it enters the table: whole non-negative lengths and strides whose products are
 * exact, and every element inside the storage.
 *
 * @param path the file, for the message
 * @param tensor as the file describes it
 * @throws CheckpointError `tensor-entry` for impossible shapes and strides, `tensor-bounds` for a view outside its
 *   storage, `tensor-size` for a product too large or a view that repeats its storage beyond measure
 */
export function checkTensor(path: string, tensor: StoredTensor): StoredTensor {
  const { name, shape, strides, storage, byteOffset } = tensor;
  const fail = (code: string, expected: string, found: string): never => {
    throw new CheckpointError(code, `${path}: ${describe(name)}: expected ${expected}, found ${found}`);
  };
  const text = `shape ${describeShape(shape)} and strides ${describeShape(strides)}`;
  if (shape.length > MAX_AXES) return fail("tensor-entry", `at most ${MAX_AXES} axes`, `${shape.length}`);
  const whole = [...shape, ...strides, byteOffset].every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!whole || shape.length !== strides.length) {
    return fail("tensor-entry", "whole, non-negative lengths with one stride each", text);
  }
  const itemBytes = DTYPE_BYTES[tensor.dtype];
  if (!(touchedRange(tensor).end <= storage.byteLength)) {
    const expected = `a view inside the ${storage.byteLength} bytes of its storage`;
    return fail("tensor-bounds", expected, `${text} from byte ${byteOffset}`);
  }
  const bytes = shape.includes(0) ? 0 : tensorBytes(tensor);
  if (!(bytes <= Math.max(storage.byteLength, MAX_EXPANDED_ELEMENTS * itemBytes))) {
    return fail("tensor-size", `no more values than its storage of ${storage.byteLength} bytes`, text);
  }
  return tensor;
}

/**
 * Checks the tensors of a file together: how many they are, and how often they share their storages.
 *
 * @throws CheckpointError `tensor-size`
 */
export function checkTotals(path: string, tensors: ReadonlyMap<string, StoredTensor>): void {
  const storages = new Set([...tensors.values()].map(({ storage }) => storage));
  const stored = [...storages].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const total = [...tensors.values()].reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  const limit = MAX_SHARING * stored + (64 << 20);
  if (tensors.size <= MAX_TENSORS && total <= limit) return;
  throw new CheckpointError(
    "tensor-size",
    `${path}: expected at most ${MAX_TENSORS} tensors of together ${limit} bytes, found ${tensors.size} of ${total} bytes`,
  );
}
