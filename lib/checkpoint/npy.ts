import { CheckpointError } from "../errors";
import { DTYPE_BYTES, type DType } from "./dtype";
import { describe, describeShape, type OpenedFile, readBytes } from "./fileBytes";
import { type NpyHeader, parseNpyHeader } from "./npyHeader";
import { NUMPY_DTYPES } from "./numpyScalar";
import { checkTensor, rowMajorStrides, type StoredTensor, type TensorFile, type TensorStorage } from "./tensorFile";

/** What a .npy file begins with. */
export const NPY_MAGIC = Buffer.from("\x93NUMPY", "latin1");

/** Bytes read at first, which hold every header that NumPy writes for plain numbers. */
const FIRST_BYTES = 256;

/** Longest header read; NumPy writes 128 bytes. */
export const MAX_NPY_HEADER_BYTES = 64 << 10;

/**
 * Reads a .npy file: one array.
 *
 * @param file an opened file
 * @returns a table of one tensor, named `array`
 * @throws CheckpointError as `readNpyTensor`
 */
export async function readNpy(file: OpenedFile): Promise<TensorFile> {
  const { path, byteLength } = file;
  const compression = "none" as const;
  const storage = { name: "array", offset: 0, storedByteLength: byteLength, byteLength, compression };
  const tensor = await readNpyTensor(path, "array", storage, (length) =>
    readBytes(file, 0, Math.min(length, byteLength)),
  );
  return { path, format: "npy", byteLength, metadata: {}, tensors: new Map([["array", tensor]]), ignoredEntries: [] };
}

/**
 * Reads the header of an array in NumPy's format, versions 1 to 3, in C or Fortran order.
 *
 * @param path the file, for messages
 * @param name the array's name
 * @param storage header and values
 * @param readBeginning gives the first bytes of the storage, as many as asked for or all there are
 * @throws CheckpointError `npy-header`, `npy-dtype` for types other than little-endian numbers and booleans (objects
 *   would be a pickle), `tensor-size` when the values are not as many as the header says; as `checkTensor`
 * Source: NumPy's format specification, numpy/lib/format.py.
 */
export async function readNpyTensor(
  path: string,
  name: string,
  storage: TensorStorage,
  readBeginning: (length: number) => Promise<Buffer>,
): Promise<StoredTensor> {
  const subject = `${path}: ${describe(name)}`;
  const { text, end } = await readHeaderText(subject, readBeginning);
  const header = parseNpyHeader(subject, text);
  const dtype = parseDescr(subject, header.descr);
  const { shape } = header;
  const byteLength = shape.reduce((product, length) => product * length, DTYPE_BYTES[dtype]);
  if (byteLength !== storage.byteLength - end) {
    const expected = `${byteLength} bytes for ${dtype} ${describeShape(shape)}`;
    throw new CheckpointError("tensor-size", `${subject}: expected ${expected}, found ${storage.byteLength - end}`);
  }
  return checkTensor(path, { name, dtype, shape, strides: stridesOf(header), storage, byteOffset: end });
}

async function readHeaderText(subject: string, readBeginning: (length: number) => Promise<Buffer>) {
  const fail = (expected: string, found: unknown): never => {
    throw new CheckpointError("npy-header", `${subject}: expected ${expected}, found ${describe(found)}`);
  };
  const start = await readBeginning(FIRST_BYTES);
  if (start.length < 12 || !start.subarray(0, 6).equals(NPY_MAGIC)) {
    return fail("an array that begins with \\x93NUMPY", `${start.toString("hex", 0, 12)} (hexadecimal)`);
  }
  const [major, minor] = [start[6]!, start[7]!];
  if (major < 1 || major > 3 || minor !== 0) return fail("format version 1.0, 2.0 or 3.0", `${major}.${minor}`);
  const begin = major === 1 ? 10 : 12;
  const length = major === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
  if (length > MAX_NPY_HEADER_BYTES) return fail(`a header of at most ${MAX_NPY_HEADER_BYTES} bytes`, length);
  const bytes = start.length < begin + length ? await readBeginning(begin + length) : start;
  if (bytes.length < begin + length) return fail(`a header of ${length} bytes`, bytes.length - begin);
  return { text: bytes.toString(major === 3 ? "utf8" : "latin1", begin, begin + length), end: begin + length };
}

function parseDescr(subject: string, descr: string): DType {
  const [order, code] = [descr.slice(0, 1), descr.slice(1)];
  const dtype = Object.hasOwn(NUMPY_DTYPES, code) ? NUMPY_DTYPES[code] : undefined;
  if (dtype && (order === "<" || (order === "|" && DTYPE_BYTES[dtype] === 1))) return dtype;
  const kind = order === ">" ? " (big-endian)" : code.startsWith("O") ? " (Python objects)" : "";
  throw new CheckpointError(
    "npy-dtype",
    `${subject}: expected little-endian numbers or booleans, found ${describe(descr)}${kind}`,
  );
}

function stridesOf({ shape, fortranOrder }: NpyHeader): number[] {
  return fortranOrder ? rowMajorStrides([...shape].reverse()).reverse() : rowMajorStrides(shape);
}
