import { open } from "node:fs/promises";
import { type NdArray, sizeOf } from "../arrays";
import { writeBeside } from "../files";
import { DTYPE_BYTES, toHalf } from "./dtype";

/** One tensor to write; `read` is called once, in order, so that only one tensor is in memory at a time. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "F32" | "F16";
  /** The row-major values, as many as `shape` says. */
  readonly read: () => Float32Array | Promise<Float32Array>;
}

/**
 * Writes a .safetensors file beside `path` and renames it into place.
 *
 * The header is padded so that the data begins at a multiple of 64 bytes. Same input, same bytes.
 *
 * @param path file to create or replace
 * @param tensors in the order in which they are to lie in the file
 * @param metadata strings for `__metadata__`
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const all = [...tensors];
  await writeBeside(path, async (temporaryPath) => {
    const handle = await open(temporaryPath, "wx");
    try {
      await handle.writeFile(headerBytes(all, metadata));
      for (const tensor of all) await handle.writeFile(encode(tensor, await tensor.read()));
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/**
 * Writes captured arrays as a .safetensors file of 32-bit floats.
 *
 * @param path file to create or replace
 * @param arrays by name
 * @param metadata strings for `__metadata__`
 */
export async function writeArrays(
  path: string,
  arrays: ReadonlyMap<string, NdArray>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const tensors = [...arrays].map(([name, array]): TensorToWrite => {
    return { name, shape: array.shape, dtype: "F32", read: () => array.data };
  });
  await writeSafetensors(path, tensors, metadata);
}

/**
 * The beginning of a .safetensors file: header length, then a JSON header padded to a multiple of 64 bytes.
 *
 * @param tensors in the order in which they lie in the file
 * @param metadata strings for `__metadata__`
 */
export function headerBytes(
  tensors: readonly Omit<TensorToWrite, "read">[],
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  for (const { name, shape, dtype } of tensors) {
    const end = offset + sizeOf(shape) * DTYPE_BYTES[dtype];
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = Buffer.from(JSON.stringify(header), "utf8");
  const padded = Math.ceil((8 + text.length) / 64) * 64 - 8;
  const bytes = Buffer.alloc(8 + padded, " ");
  bytes.writeBigUInt64LE(BigInt(padded), 0);
  text.copy(bytes, 8);
  return bytes;
}

function encode(tensor: TensorToWrite, values: Float32Array): Uint8Array {
  if (values.length !== sizeOf(tensor.shape)) {
    throw new Error(`${tensor.name}: expected ${sizeOf(tensor.shape)} values, found ${values.length}`);
  }
  const stored = tensor.dtype === "F16" ? toHalf(values) : values;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}
