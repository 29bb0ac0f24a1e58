import { createHash } from "node:crypto";
import { CheckpointError } from "../errors";
import type { OnProgress } from "../progress";
import type { MappedTensor } from "./mapNames";
import { lookAtValues, type ValueReport } from "./nonFinite";
import { visitTensors } from "./readTensors";
import type { TensorFile } from "./tensorFile";

/** What one pass over a checkpoint shows. */
export interface Scan {
  /** SHA-256 of the whole file, hexadecimal. */
  readonly sha256: string;
  /** Tensors of the model whose values stand out, by their names in the file. */
  readonly suspicious: readonly ValueReport[];
}

/**
 * Reads a checkpoint once, from front to back: its hash, and what stands out in the values that the model uses.
 *
 * @param file an opened file
 * @param used the model's tensors
 * @param onProgress told the bytes read
 * @throws CheckpointError `changed`, `truncated`, `damaged` as the bytes turn out to be
 */
export async function scanCheckpoint(
  file: TensorFile,
  used: Iterable<MappedTensor>,
  onProgress?: OnProgress,
): Promise<Scan> {
  const hash = createHash("sha256");
  const names = new Set([...used].flatMap(({ parts }) => parts.map(({ tensor }) => tensor.name)));
  const suspicious: ValueReport[] = [];
  let read = 0;
  const onBytes = (chunk: Uint8Array) => {
    hash.update(chunk);
    read += chunk.length;
    onProgress?.(read, file.byteLength);
  };
  for await (const { tensor, bytes } of visitTensors(file, { names, onBytes })) {
    const report = { name: tensor.name, shape: tensor.shape, ...lookAtValues(bytes, tensor.dtype) };
    if (report.nonFinite > 0 || report.allZero) suspicious.push(report);
  }
  return { sha256: hash.digest("hex"), suspicious };
}

/**
 * Refuses values that no computation survives.
 *
 * @throws CheckpointError `not-finite` naming each tensor and how many of its values are NaN or infinite
 */
export function checkFinite(path: string, suspicious: readonly ValueReport[]): void {
  const found = suspicious.filter(({ nonFinite }) => nonFinite > 0);
  if (found.length === 0) return;
  const names = found.slice(0, 5).map(({ name, nonFinite, shape }) => `${name} (${nonFinite} of ${shape.join(" x ")})`);
  const more = found.length > 5 ? ` and ${found.length - 5} more tensors` : "";
  throw new CheckpointError(
    "not-finite",
    `${path}: expected finite weights, found NaN or infinity in ${names.join(", ")}${more}`,
  );
}
