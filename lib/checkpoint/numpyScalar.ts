import { DTYPE_BYTES, type DType, toFloat32 } from "./dtype";
import { isKind, kindOf, type PickleObject, type PickleValue, tupleItems } from "./pickleValue";
import { fail, type Unpickling } from "./unpickling";

/** NumPy's type codes, without the byte order, as element types. */
export const NUMPY_DTYPES: Readonly<Record<string, DType>> = {
  f8: "F64",
  f4: "F32",
  f2: "F16",
  i8: "I64",
  i4: "I32",
  i2: "I16",
  i1: "I8",
  u8: "U64",
  u4: "U32",
  u2: "U16",
  u1: "U8",
  b1: "BOOL",
};

/**
 * `numpy.core.multiarray.scalar(dtype, bytes)`: the number, for little-endian numbers; an inert object for other types.
 *
 * @throws CheckpointError `pickle-reduce` when the arguments do not fit
 */
export function decodeNumpyScalar(pickle: Unpickling, args: readonly PickleValue[]): PickleValue {
  const [type, bytes] = args;
  const isScalar = type !== undefined && isKind(type, "object") && type.class === "numpy.dtype";
  if (!isScalar || !(bytes instanceof Uint8Array)) {
    const found = `${kindOf(type)} and ${kindOf(bytes)}`;
    return fail(pickle, "pickle-reduce", "a NumPy type and the bytes of a scalar", found);
  }
  const code = type.args[0];
  const dtype = typeof code === "string" && Object.hasOwn(NUMPY_DTYPES, code) ? NUMPY_DTYPES[code] : undefined;
  if (!dtype || isBigEndian(type) || bytes.length !== DTYPE_BYTES[dtype]) {
    return { kind: "object", class: "numpy.core.multiarray.scalar", args: [], state: null };
  }
  return decode(bytes, dtype);
}

/** The state of a NumPy type is `(version, byte order, ...)`. */
function isBigEndian(type: PickleObject): boolean {
  return tupleItems(type.state)?.[1] === ">";
}

function decode(bytes: Uint8Array, dtype: DType): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const exact = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
  switch (dtype) {
    case "F64":
      return view.getFloat64(0, true);
    case "F32":
      return view.getFloat32(0, true);
    case "I64":
      return exact(view.getBigInt64(0, true));
    case "U64":
      return exact(view.getBigUint64(0, true));
    case "I32":
      return view.getInt32(0, true);
    case "U32":
      return view.getUint32(0, true);
    case "BOOL":
      return bytes[0] !== 0;
    default:
      return smallNumber(view, bytes, dtype);
  }
}

function smallNumber(view: DataView, bytes: Uint8Array, dtype: DType): number {
  if (dtype === "I16") return view.getInt16(0, true);
  if (dtype === "U16") return view.getUint16(0, true);
  if (dtype === "I8") return view.getInt8(0);
  if (dtype === "F16") return toFloat32(bytes.slice(), "F16")[0]!;
  return bytes[0]!;
}
