import type { NdArray } from "../arrays";
import { CheckpointError } from "../errors";
import { checkCrc32 } from "./crc32";
import { toFloat32 } from "./dtype";
import { fillBytes, type OpenedFile, openFile, readBytes } from "./fileBytes";
import { gather } from "./gather";
import { inflateExactly } from "./inflate";
import { type StoredTensor, type TensorFile, type TensorStorage, touchedRange } from "./tensorFile";

/** Bytes read at a time where they are only passed on. */
const CHUNK_BYTES = 4 << 20;

/**
 * Reads one tensor as 32-bit floats.
 *
 * Of an uncompressed storage only the part that the tensor touches is read.
 *
 * @param file an opened file of any format
 * @param name the tensor's name in the file
 * @returns shape and row-major values
 * @throws CheckpointError `tensor-missing`; `changed`, `truncated`, `damaged` as the bytes turn out to be
 */
export async function readTensor(file: TensorFile, name: string): Promise<NdArray> {
  const tensor = findTensor(file, name);
  const { storage } = tensor;
  const { begin, end } = touchedRange(tensor);
  const partial = storage.compression === "none" && end - begin < storage.byteLength;
  const opened = await openAgain(file);
  try {
    const stored = partial
      ? await readBytes(opened, storage.offset + begin, end - begin)
      : await readBytes(opened, storage.offset, storage.storedByteLength);
    const bytes = partial ? gather(tensor, stored, begin) : gather(tensor, await unpack(file.path, storage, stored));
    return { shape: tensor.shape, data: toFloat32(bytes, tensor.dtype) };
  } finally {
    await opened.handle.close();
  }
}

function findTensor(file: TensorFile, name: string): StoredTensor {
  const tensor = file.tensors.get(name);
  if (tensor) return tensor;
  throw new CheckpointError("tensor-missing", `${file.path}: expected a tensor named ${name}, found none`);
}

/** What to visit, and who else looks at the bytes. */
export interface VisitOptions {
  /** Names of the tensors wanted; all by default. */
  readonly names?: Iterable<string>;
  /**
   * Receives every byte of the file once, from front to back, headers and gaps included, in chunks that are valid during
   * the call only: for a hash of the whole file and for progress. Without it, what is not wanted is not read.
   */
  readonly onBytes?: (chunk: Uint8Array) => void;
}

/** One tensor with its values. */
export interface VisitedTensor {
  readonly tensor: StoredTensor;
  /** Row-major little-endian values in the tensor's own type; to be copied if kept, other tensors may share them. */
  readonly bytes: Uint8Array;
}

/**
 * The wanted tensors in the order in which `visitTensors` comes to them: by storage, then by place in it, then by name.
 *
 * @param names all by default
 * @throws CheckpointError `tensor-missing`
 */
export function inFileOrder(file: TensorFile, names: Iterable<string> = file.tensors.keys()): StoredTensor[] {
  const wanted = [...new Set(names)].map((name) => findTensor(file, name));
  return wanted.sort(
    (a, b) =>
      a.storage.offset - b.storage.offset ||
      a.storage.storedByteLength - b.storage.storedByteLength ||
      a.byteOffset - b.byteOffset ||
      (a.name < b.name ? -1 : 1),
  );
}

/**
 * Reads the file once, from front to back, and hands out the wanted tensors on the way.
 *
 * At any time at most one storage is in memory (and its compressed form, where it has one). Every storage that is read is
 * checked against its CRC-32 where the format keeps one.
 *
 * @param file an opened file of any format
 * @param options which tensors, and a listener for the raw bytes
 * @throws CheckpointError `tensor-missing`; `changed`, `truncated`, `damaged` as the bytes turn out to be
 */
export async function* visitTensors(file: TensorFile, options: VisitOptions = {}): AsyncGenerator<VisitedTensor> {
  const { onBytes } = options;
  const groups = byStorage(inFileOrder(file, options.names));
  const opened = await openAgain(file);
  let position = 0;
  try {
    for (const [storage, tensors] of groups) {
      if (onBytes) await passBytes(opened, position, storage.offset, onBytes);
      const stored = await readBytes(opened, storage.offset, storage.storedByteLength);
      onBytes?.(stored);
      position = storage.offset + storage.storedByteLength;
      const bytes = await unpack(file.path, storage, stored);
      for (const tensor of tensors) yield { tensor, bytes: gather(tensor, bytes) };
    }
    if (onBytes) await passBytes(opened, position, opened.byteLength, onBytes);
  } finally {
    await opened.handle.close();
  }
}

function byStorage(tensors: readonly StoredTensor[]): Map<TensorStorage, StoredTensor[]> {
  const groups = new Map<TensorStorage, StoredTensor[]>();
  for (const tensor of tensors) {
    const group = groups.get(tensor.storage);
    if (group) group.push(tensor);
    else groups.set(tensor.storage, [tensor]);
  }
  return groups;
}

async function openAgain(file: TensorFile): Promise<OpenedFile> {
  const opened = await openFile(file.path);
  if (opened.byteLength === file.byteLength) return opened;
  await opened.handle.close();
  throw new CheckpointError(
    "changed",
    `${file.path}: expected ${file.byteLength} bytes as when it was opened, found ${opened.byteLength}`,
  );
}

async function passBytes(file: OpenedFile, begin: number, end: number, onBytes: (chunk: Uint8Array) => void) {
  const buffer = Buffer.alloc(Math.max(0, Math.min(CHUNK_BYTES, end - begin)));
  for (let position = begin; position < end; position += buffer.length) {
    const chunk = buffer.subarray(0, Math.min(buffer.length, end - position));
    await fillBytes(file, position, chunk);
    onBytes(chunk);
  }
}

/** The bytes of a storage as its tensors see them, checked. */
async function unpack(path: string, storage: TensorStorage, stored: Buffer): Promise<Buffer> {
  const subject = `${path}: ${storage.name}`;
  const bytes = storage.compression === "none" ? stored : await inflateExactly(subject, stored, storage.byteLength);
  if (storage.crc32 !== undefined) checkCrc32(subject, bytes, storage.crc32);
  return bytes;
}
