import type { DType } from "./dtype";

/** What stands out in the values of one tensor. */
export interface ValueReport {
  readonly name: string;
  readonly shape: readonly number[];
  /** How many values are NaN or infinite. */
  readonly nonFinite: number;
  readonly allZero: boolean;
}

/**
 * Looks at the values of one tensor.
 *
 * @param bytes little-endian floats, at any alignment
 */
export function lookAtValues(bytes: Uint8Array, dtype: DType): Pick<ValueReport, "nonFinite" | "allZero"> {
  return { nonFinite: countNonFinite(bytes, dtype), allZero: bytes.byteLength > 0 && isZero(bytes) };
}

function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** How many values have all exponent bits set, which is what NaN and infinity share. */
function countNonFinite(bytes: Uint8Array, dtype: DType): number {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const buffer = aligned.buffer as ArrayBuffer;
  const { byteOffset, byteLength } = aligned;
  switch (dtype) {
    case "F32":
      return countMasked(new Uint32Array(buffer, byteOffset, byteLength / 4), 0x7f800000);
    case "F16":
      return countMasked(new Uint16Array(buffer, byteOffset, byteLength / 2), 0x7c00);
    case "BF16":
      return countMasked(new Uint16Array(buffer, byteOffset, byteLength / 2), 0x7f80);
    case "F64":
      return countInfinite(new Float64Array(buffer, byteOffset, byteLength / 8));
    default:
      return 0;
  }
}

function countMasked(words: Uint32Array | Uint16Array, mask: number): number {
  let found = 0;
  for (let i = 0; i < words.length; i++) if ((words[i]! & mask) === mask) found++;
  return found;
}

function countInfinite(values: Float64Array): number {
  let found = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) found++;
  return found;
}
