/** Element types of stored tensors, named as the safetensors format names them. */
export type DType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL";

/** Bytes per element. */
export const DTYPE_BYTES: Readonly<Record<DType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
};

/** Whether values of this type are floating-point numbers, as weights must be. */
export function isFloat(dtype: DType): boolean {
  return dtype === "F64" || dtype === "F32" || dtype === "F16" || dtype === "BF16";
}

/**
 * The values of one stored tensor as 32-bit floats; 16-bit floats are widened exactly, 64-bit values rounded.
 *
 * @param bytes little-endian values, at any alignment
 * @param dtype how to read them
 * @returns one float per element; shares memory with `bytes` where an aligned F32 tensor allows it
 */
export function toFloat32(bytes: Uint8Array, dtype: DType): Float32Array {
  const aligned = bytes.byteOffset % DTYPE_BYTES[dtype] === 0 ? bytes : bytes.slice();
  const length = aligned.byteLength / DTYPE_BYTES[dtype];
  const { buffer, byteOffset } = aligned;
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer as ArrayBuffer, byteOffset, length);
    case "F64":
      return Float32Array.from(new Float64Array(buffer as ArrayBuffer, byteOffset, length));
    case "F16":
      return widenHalf(new Uint16Array(buffer as ArrayBuffer, byteOffset, length));
    case "BF16":
      return widenBrain(new Uint16Array(buffer as ArrayBuffer, byteOffset, length));
    case "I64":
      return Float32Array.from(new BigInt64Array(buffer as ArrayBuffer, byteOffset, length), Number);
    case "U64":
      return Float32Array.from(new BigUint64Array(buffer as ArrayBuffer, byteOffset, length), Number);
    case "I32":
      return Float32Array.from(new Int32Array(buffer as ArrayBuffer, byteOffset, length));
    case "U32":
      return Float32Array.from(new Uint32Array(buffer as ArrayBuffer, byteOffset, length));
    case "I16":
      return Float32Array.from(new Int16Array(buffer as ArrayBuffer, byteOffset, length));
    case "U16":
      return Float32Array.from(new Uint16Array(buffer as ArrayBuffer, byteOffset, length));
    case "I8":
      return Float32Array.from(new Int8Array(buffer as ArrayBuffer, byteOffset, length));
    case "U8":
    case "BOOL":
      return Float32Array.from(aligned);
  }
}

/** IEEE half to single precision: exact, subnormals, infinities and NaN included. */
function widenHalf(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i] as number;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) values[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) values[i] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else values[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return values;
}

/** bfloat16 is the upper half of a single-precision float. */
function widenBrain(brains: Uint16Array): Float32Array {
  const bits = new Uint32Array(brains.length);
  for (let i = 0; i < brains.length; i++) bits[i] = (brains[i] as number) << 16;
  return new Float32Array(bits.buffer);
}

/**
 * Single to IEEE half precision, rounded to nearest even; what is too large becomes infinity.
 *
 * @returns the bit patterns, one per value
 */
export function toHalf(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) halves[i] = halfBits(bits[i] as number);
  return halves;
}

function halfBits(single: number): number {
  const sign = (single >>> 16) & 0x8000;
  const exponent = ((single >>> 23) & 0xff) - 112;
  const fraction = single & 0x7fffff;
  if (exponent >= 31) return sign | (exponent === 143 && fraction ? 0x7e00 : 0x7c00);
  if (exponent < -10) return sign;
  const subnormal = exponent <= 0;
  const shift = subnormal ? 14 - exponent : 13;
  const mantissa = subnormal ? fraction | 0x800000 : fraction;
  const kept = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const halfway = 1 << (shift - 1);
  const roundUp = rest > halfway || (rest === halfway && (kept & 1) === 1) ? 1 : 0;
  return sign | ((subnormal ? kept : (exponent << 10) | kept) + roundUp); // a carry moves into the exponent, as it should
}
