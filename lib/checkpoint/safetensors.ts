import { sizeOf } from "../arrays";
import { CheckpointError } from "../errors";
import { DTYPE_BYTES, type DType } from "./dtype";
import { describe, describeShape, type OpenedFile, readBytes, withFile } from "./fileBytes";
import { MAX_AXES, rowMajorStrides, type StoredTensor, type TensorFile } from "./tensorFile";

export { readTensor } from "./readTensors";
export type { TensorFile } from "./tensorFile";

/** A tensor of a .safetensors file, which always lies there as it is: row-major and uncompressed. */
export interface TensorEntry extends StoredTensor {
  /** Absolute position of the first byte in the file. */
  readonly offset: number;
  readonly byteLength: number;
}

/** An opened .safetensors file: its table of tensors; the values stay on disk. */
export interface SafetensorsFile extends TensorFile {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/** The format's own bound on the JSON header. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Opens a .safetensors file by reading and checking its header only.
 *
 * The format: 8 bytes little-endian header length, a JSON header, then the tensors, contiguous, without holes or overlaps.
 * Source: https://huggingface.co/docs/safetensors, section Format.
 *
 * @param path file to open
 * @throws CheckpointError `not-found`, `truncated`, `header-length`, `header-json`, `tensor-entry`, `duplicate-name`,
 *   `offsets`
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  return withFile(path, readSafetensors);
}

/**
 * Reads the header of an opened .safetensors file; see `openSafetensors`.
 *
 * @param file an opened file
 */
export async function readSafetensors(file: OpenedFile): Promise<SafetensorsFile> {
  const { path, byteLength } = file;
  const headerLength = await readHeaderLength(file);
  const text = (await readBytes(file, 8, headerLength)).toString("utf8");
  const header = parseHeader(path, text);
  const metadata = parseMetadata(path, header.__metadata__);
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  const tensors = entries.map(([name, value]) => parseEntry(path, name, value, 8 + headerLength));
  checkLayout(path, tensors, 8 + headerLength, byteLength);
  const table = new Map(tensors.map((entry) => [entry.name, entry]));
  return { path, format: "safetensors", byteLength, metadata, tensors: table, ignoredEntries: [] };
}

async function readHeaderLength(file: OpenedFile): Promise<number> {
  const { path, byteLength } = file;
  if (byteLength < 8) {
    throw new CheckpointError("truncated", `${path}: expected at least 8 bytes, found ${byteLength}`);
  }
  const length = (await readBytes(file, 0, 8)).readBigUInt64LE();
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw new CheckpointError(
      "header-length",
      `${path}: expected a safetensors header of at most ${MAX_HEADER_BYTES} bytes, found a header length of ${length}`,
    );
  }
  if (Number(length) > byteLength - 8) {
    throw new CheckpointError(
      "truncated",
      `${path}: expected a header of ${length} bytes, found only ${byteLength - 8} bytes after its length`,
    );
  }
  return Number(length);
}

function parseHeader(path: string, text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw new CheckpointError("header-json", `${path}: expected a JSON header, found text that is not JSON`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new CheckpointError("header-json", `${path}: expected a JSON object as header, found ${describe(header)}`);
  }
  const repeated = repeatedKey(text);
  if (repeated !== undefined) {
    throw new CheckpointError(
      "duplicate-name",
      `${path}: expected each tensor once, found ${describe(repeated)} twice`,
    );
  }
  return header as Record<string, unknown>;
}

/** The first key that stands twice at the top level of a valid JSON object; JSON.parse keeps only the last one. */
function repeatedKey(text: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const token = match[0];
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (depth === 1 && match[1] !== undefined) {
      const key = JSON.parse(token.slice(0, token.length - match[1].length)) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

function parseMetadata(path: string, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : undefined;
  if (!entries?.every(([, text]) => typeof text === "string")) {
    throw new CheckpointError(
      "header-json",
      `${path}: __metadata__: expected strings by name, found ${describe(value)}`,
    );
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function parseEntry(path: string, name: string, value: unknown, dataStart: number): TensorEntry {
  const fail = (expected: string, found: unknown): never => {
    throw new CheckpointError(
      "tensor-entry",
      `${path}: ${describe(name)}: expected ${expected}, found ${describe(found)}`,
    );
  };
  if (typeof value !== "object" || value === null) return fail("a tensor entry", value);
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPE_BYTES, dtype)) {
    return fail(`a dtype among ${Object.keys(DTYPE_BYTES).join(", ")}`, dtype);
  }
  if (!isCounts(shape) || shape.length > MAX_AXES) return fail(`a shape of at most ${MAX_AXES} whole numbers`, shape);
  if (!isCounts(offsets) || offsets.length !== 2) return fail("two whole data_offsets", offsets);
  const [begin, end] = offsets as [number, number];
  const byteLength = sizeOf(shape) * DTYPE_BYTES[dtype as DType];
  if (end - begin !== byteLength) {
    return fail(`${byteLength} bytes for ${dtype} ${describeShape(shape)}`, `offsets ${begin} to ${end}`);
  }
  const offset = dataStart + begin;
  const storage = { name, offset, storedByteLength: byteLength, byteLength, compression: "none" } as const;
  const strides = rowMajorStrides(shape);
  return { name, dtype: dtype as DType, shape, strides, storage, byteOffset: 0, offset, byteLength };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** The format wants the tensors to tile the rest of the file exactly. */
function checkLayout(path: string, tensors: readonly TensorEntry[], dataStart: number, byteLength: number): void {
  let expected = dataStart;
  for (const entry of [...tensors].sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)) {
    if (entry.offset !== expected) {
      const kind = entry.offset < expected ? "an overlap" : "a hole";
      throw new CheckpointError(
        "offsets",
        `${path}: ${describe(entry.name)}: expected to begin at byte ${expected - dataStart} of the data, found ${entry.offset - dataStart} (${kind})`,
      );
    }
    expected += entry.byteLength;
  }
  if (expected !== byteLength) {
    const code = expected > byteLength ? "truncated" : "offsets";
    throw new CheckpointError(
      code,
      `${path}: expected ${expected} bytes for its tensors, found a file of ${byteLength}`,
    );
  }
}
