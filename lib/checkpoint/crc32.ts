import zlib from "node:zlib";
import { CheckpointError } from "../errors";

/** CRC-32 of the zip format (reflected polynomial 0xEDB88320), continued from `previous`. */
export type Crc32 = (bytes: Uint8Array, previous?: number) => number;

/**
 * CRC-32 by table, four bytes a step.
 *
 * @param bytes what to sum up
 * @param previous sum of the bytes before, 0 at the beginning
 * @returns an unsigned 32-bit number
 * Source: PKWARE APPNOTE 4.4.7; the slicing by Kounavis and Berry (2005).
 */
export function crc32ByTable(bytes: Uint8Array, previous = 0): number {
  const [first, second, third, fourth] = TABLES as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  let crc = ~previous;
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc = fourth[crc & 255]! ^ third[(crc >>> 8) & 255]! ^ second[(crc >>> 16) & 255]! ^ first[crc >>> 24]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ first[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}

const TABLES = buildTables();

/** Table k holds the sum of each byte followed by k zero bytes. */
function buildTables(): Uint32Array[] {
  const tables = [0, 1, 2, 3].map(() => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    tables[0]![byte] = crc;
  }
  for (let k = 1; k < 4; k++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = tables[k - 1]![byte]!;
      tables[k]![byte] = (before >>> 8) ^ tables[0]![before & 255]!;
    }
  }
  return tables;
}

/** Node's own CRC-32 where it has one (from 20.15 and 22.2 on), else the table. */
export const crc32: Crc32 = (zlib as { crc32?: Crc32 }).crc32 ?? crc32ByTable;

/**
 * Compares bytes with the sum that the file keeps of them.
 *
 * @param subject what the bytes are, for the message
 * @throws CheckpointError `damaged`
 */
export function checkCrc32(subject: string, bytes: Uint8Array, expected: number): void {
  const found = crc32(bytes);
  if (found === expected) return;
  const hex = (sum: number) => sum.toString(16).padStart(8, "0");
  throw new CheckpointError("damaged", `${subject}: expected CRC-32 ${hex(expected)}, found ${hex(found)}`);
}
