import { rm, writeFile } from "node:fs/promises";
import type { NdArray } from "../arrays";
import { touch } from "../cacheFiles";
import { crc32 } from "../checkpoint/crc32";
import { type OpenedFile, readBytes, withFile } from "../checkpoint/fileBytes";
import { readSafetensors } from "../checkpoint/safetensors";
import { headerBytes } from "../checkpoint/writeSafetensors";
import { CheckpointError } from "../errors";
import { writeBeside } from "../files";

/** Which value a file holds: the run's key and the value's name, which the file repeats. */
export interface ValueId {
  readonly key: string;
  readonly name: string;
}

const CHECKSUM = "setr.crc32";

/**
 * Writes one value, bit for bit, as a .safetensors file with a checksum over what it is and what it holds.
 *
 * It is not forced to the disk: what a crash leaves of it does not pass the checksum.
 *
 * @param path file to create or replace
 * @throws SetrError `not-written`
 */
export async function writeValue(path: string, id: ValueId, { shape, data }: NdArray): Promise<void> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const header = headerBytes([{ name: id.name, shape, dtype: "F32" }], { [CHECKSUM]: checksum(id, shape, bytes) });
  await writeBeside(path, (temporaryPath) => writeFile(temporaryPath, [header, bytes]));
}

/**
 * Reads one value and notes that it was used.
 *
 * @returns undefined when there is none; a file that is not exactly what was written is removed
 */
export async function readValue(path: string, id: ValueId): Promise<NdArray | undefined> {
  try {
    const value = await withFile(path, (file) => readOpened(file, id));
    if (value) await touch(path);
    else await rm(path, { force: true });
    return value;
  } catch (error) {
    const damaged = error instanceof CheckpointError && error.code !== "not-found";
    if (damaged) await rm(path, { force: true }).catch(() => {}); // it may lie where nothing can be removed
    return undefined;
  }
}

async function readOpened(file: OpenedFile, id: ValueId): Promise<NdArray | undefined> {
  const { tensors, metadata } = await readSafetensors(file);
  const entry = tensors.get(id.name);
  if (!entry || tensors.size !== 1 || entry.dtype !== "F32") return undefined;
  const bytes = await readBytes(file, entry.offset, entry.byteLength);
  if (metadata[CHECKSUM] !== checksum(id, entry.shape, bytes)) return undefined;
  return { shape: entry.shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) };
}

function checksum({ key, name }: ValueId, shape: readonly number[], bytes: Uint8Array): string {
  return crc32(bytes, crc32(Buffer.from(JSON.stringify([key, name, shape])))).toString(16);
}
