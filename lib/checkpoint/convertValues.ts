import type { NdArray } from "../arrays";
import { CheckpointError } from "../errors";
import { DTYPE_BYTES, type DType, toFloat32, toHalf } from "./dtype";
import { gather } from "./gather";
import type { MappedPart } from "./mapNames";
import { rowMajorStrides } from "./tensorFile";

const LARGEST_HALF = 65504;

/**
 * The values of one part in the model's layout.
 *
 * @param part which tensor of the file, and how its axes are reordered
 * @param bytes the tensor's values, row-major in the file's own order
 * @returns row-major values of the part's shape, still in the file's type
 */
export function inModelLayout({ tensor, axes }: MappedPart, bytes: Uint8Array): Uint8Array {
  if (!axes) return bytes;
  const strides = rowMajorStrides(tensor.shape);
  const shape = axes.map((axis) => tensor.shape[axis]!);
  const storage = { ...tensor.storage, byteLength: bytes.byteLength };
  return gather({ ...tensor, storage, shape, strides: axes.map((axis) => strides[axis]!), byteOffset: 0 }, bytes);
}

/**
 * Values in another stored type.
 *
 * @param name the tensor, for messages
 * @param bytes little-endian floats of type `from`
 * @throws CheckpointError `half-range` when a value is beyond what half precision can hold
 */
export function inStoredType(name: string, bytes: Uint8Array, from: DType, to: "F32" | "F16"): Uint8Array {
  if (from === to) return bytes;
  const values = toFloat32(bytes, from);
  return to === "F32" ? asBytes(values) : asBytes(toHalf(checkHalf(name, values)));
}

/** The values of an array as stored bytes; see `inStoredType`. */
export function arrayInStoredType(name: string, { data }: NdArray, to: "F32" | "F16"): Uint8Array {
  return inStoredType(name, asBytes(data), "F32", to);
}

/**
 * Passes on values that half precision can hold.
 *
 * @throws CheckpointError `half-range`
 */
export function checkHalf(name: string, values: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]!) <= LARGEST_HALF) continue;
    const expected = `values of at most ${LARGEST_HALF} for half precision`;
    throw new CheckpointError("half-range", `${name}: expected ${expected}, found ${values[i]}; use --dtype f32`);
  }
  return values;
}

function asBytes(values: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Size of a tensor as stored, in bytes. */
export function storedBytes(shape: readonly number[], dtype: DType): number {
  return shape.reduce((product, length) => product * length, DTYPE_BYTES[dtype]);
}
