import { DTYPE_BYTES } from "./dtype";
import { isRowMajor, type StoredTensor, tensorBytes } from "./tensorFile";

type Words = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/**
 * The values of a tensor, row-major, out of the bytes of its storage.
 *
 * @param tensor a checked view
 * @param bytes its storage, decompressed, from byte `start` on
 * @param start position of `bytes` within the storage
 * @returns little-endian values; shares memory with `bytes` where the tensor is row-major already
 */
export function gather(tensor: StoredTensor, bytes: Uint8Array, start = 0): Uint8Array {
  const from = tensor.byteOffset - start;
  if (isRowMajor(tensor)) return bytes.subarray(from, from + tensorBytes(tensor));
  const itemBytes = DTYPE_BYTES[tensor.dtype];
  const gathered = new Uint8Array(tensorBytes(tensor));
  copyStrided(tensor, asWords(bytes.subarray(from), itemBytes), asWords(gathered, itemBytes));
  return gathered;
}

/** Bytes as words of the element's size, for copying only; a whole number of words, at an aligned address. */
function asWords(bytes: Uint8Array, itemBytes: number): Words {
  const aligned = bytes.byteOffset % itemBytes === 0 ? bytes : bytes.slice();
  const buffer = aligned.buffer as ArrayBuffer;
  const length = Math.floor(aligned.byteLength / itemBytes);
  if (itemBytes === 8) return new BigUint64Array(buffer, aligned.byteOffset, length);
  if (itemBytes === 4) return new Uint32Array(buffer, aligned.byteOffset, length);
  if (itemBytes === 2) return new Uint16Array(buffer, aligned.byteOffset, length);
  return aligned;
}

function copyStrided({ shape, strides }: StoredTensor, source: Words, target: Words): void {
  const lastAxis = shape.length - 1;
  const [length, stride] = [shape[lastAxis]!, strides[lastAxis]!];
  const index = new Array<number>(shape.length).fill(0);
  let row = 0; // position of the current row's first element in the source
  for (let done = 0; done < target.length; done += length) {
    for (let i = 0; i < length; i++) target[done + i] = source[row + i * stride]!;
    for (let axis = lastAxis - 1; axis >= 0; axis--) {
      row += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      row -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
}
