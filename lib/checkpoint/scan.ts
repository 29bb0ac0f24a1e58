import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { CheckpointError } from "../errors";
import type { SafetensorsFile, TensorEntry } from "./safetensors";

const CHUNK_BYTES = 4 << 20;

/**
 * Reads a weight file once, from front to back: its hash, and whether any of the named tensors holds NaN or infinity.
 *
 * @param file an opened file
 * @param checked names of the tensors whose values must be finite
 * @returns SHA-256 of the whole file, hexadecimal
 * @throws CheckpointError `not-finite` naming each offending tensor and how many values it concerns; `truncated` when the
 *   file has become shorter since it was opened
 */
export async function scanWeights(file: SafetensorsFile, checked: ReadonlySet<string>): Promise<string> {
  const handle = await open(file.path, "r");
  const hash = createHash("sha256");
  const buffer = Buffer.from(new ArrayBuffer(CHUNK_BYTES)); // its own memory, so that views of it are aligned
  const offenders: string[] = [];
  const readRange = async (offset: number, length: number, look: (bytes: Buffer) => number): Promise<number> => {
    let found = 0;
    for (let done = 0; done < length; ) {
      const wanted = Math.min(CHUNK_BYTES, length - done);
      const { bytesRead } = await handle.read(buffer, 0, wanted, offset + done);
      if (bytesRead < wanted) {
        throw new CheckpointError("truncated", `${file.path}: expected ${file.byteLength} bytes, found fewer`);
      }
      hash.update(buffer.subarray(0, bytesRead));
      found += look(buffer.subarray(0, bytesRead));
      done += bytesRead;
    }
    return found;
  };
  try {
    const entries = [...file.tensors.values()].sort((a, b) => a.offset - b.offset);
    await readRange(0, entries[0]?.offset ?? file.byteLength, () => 0);
    for (const entry of entries) {
      const look = checked.has(entry.name) ? (bytes: Buffer) => countNonFinite(bytes, entry.dtype) : () => 0;
      const found = await readRange(entry.offset, entry.byteLength, look);
      if (found > 0) offenders.push(`${entry.name} (${found} of ${entry.shape.join(" x ")})`);
    }
  } finally {
    await handle.close();
  }
  if (offenders.length > 0) {
    const names = offenders.slice(0, 5).join(", ") + (offenders.length > 5 ? ` and ${offenders.length - 5} more` : "");
    throw new CheckpointError("not-finite", `${file.path}: expected finite weights, found NaN or infinity in ${names}`);
  }
  return hash.digest("hex");
}

/** How many values have all exponent bits set, which is what NaN and infinity share. */
function countNonFinite(bytes: Buffer, dtype: TensorEntry["dtype"]): number {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (dtype) {
    case "F32":
      return countMasked(new Uint32Array(buffer, byteOffset, byteLength / 4), 0x7f800000);
    case "F16":
      return countMasked(new Uint16Array(buffer, byteOffset, byteLength / 2), 0x7c00);
    case "BF16":
      return countMasked(new Uint16Array(buffer, byteOffset, byteLength / 2), 0x7f80);
    case "F64": {
      const values = new Float64Array(buffer, byteOffset, byteLength / 8);
      return values.reduce((found, value) => found + (Number.isFinite(value) ? 0 : 1), 0);
    }
    default:
      return 0;
  }
}

function countMasked(words: Uint32Array | Uint16Array, mask: number): number {
  let found = 0;
  for (let i = 0; i < words.length; i++) if (((words[i] as number) & mask) === mask) found++;
  return found;
}
