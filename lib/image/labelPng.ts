import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { inflate } from "node:zlib";
import { ImageError } from "../errors";
import { MAX_PIXELS } from "./decodePhoto";

/** The class number of every pixel of a label picture, as stored. */
export interface LabelImage {
  readonly height: number;
  readonly width: number;
  /** Grey values or palette indices, row-major. */
  readonly values: Uint8Array | Uint16Array;
}

interface Header {
  readonly height: number;
  readonly width: number;
  readonly bitDepth: number;
}

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const COLOUR_TYPES: Readonly<Record<number, string>> = { 2: "RGB", 4: "grey with alpha", 6: "RGB with alpha" };
const GREY = 0;
const PALETTE = 3;

const inflated = promisify(inflate) as (bytes: Uint8Array, options: object) => Promise<Buffer>;

/**
 * Reads a PNG whose grey values or palette indices are class numbers; the palette's colours do not count.
 *
 * Decoders of pictures expand palettes to colours and stretch small bit depths to 8 bits, so the file is read here.
 *
 * @param path a PNG of 1, 2, 4, 8 or 16 bits, grey or with a palette, not interlaced
 * @throws ImageError `not-found`, `not-a-png`, `label-colours`, `interlaced`, `too-large`, `damaged`
 * Source: W3C, Portable Network Graphics (third edition), sections 5, 7 and 9.
 */
export async function readLabelPng(path: string): Promise<LabelImage> {
  const file = await readFile(path).catch(() => undefined);
  if (!file) throw new ImageError("not-found", `${path}: expected a label PNG, found no such file`);
  const { header, data } = readChunks(path, file);
  const rowBytes = Math.ceil((header.width * header.bitDepth) / 8);
  const rows = await decompress(path, data, header.height * (1 + rowBytes));
  unfilter(path, rows, rowBytes, Math.max(1, header.bitDepth / 8));
  const { height, width } = header;
  return { height, width, values: unpack(rows, rowBytes, header) };
}

function readChunks(path: string, file: Buffer): { header: Header; data: Buffer } {
  if (file.length < 33 || !file.subarray(0, 8).equals(SIGNATURE) || file.toString("latin1", 12, 16) !== "IHDR") {
    throw new ImageError("not-a-png", `${path}: expected a label PNG, found another kind of file`);
  }
  const header = readHeader(path, file.subarray(16, 29));
  const parts: Buffer[] = [];
  for (let at = 33; at + 12 <= file.length; ) {
    const end = at + 8 + file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    if (type === "IDAT" && end + 4 <= file.length) parts.push(file.subarray(at + 8, end));
    if (type === "IEND") return { header, data: Buffer.concat(parts) };
    at = end + 4;
  }
  throw new ImageError("damaged", `${path}: expected a whole PNG, found that its end is missing`);
}

function readHeader(path: string, bytes: Buffer): Header {
  const [width, height] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
  const [bitDepth, colourType, , , interlace] = bytes.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (colourType !== GREY && colourType !== PALETTE) {
    const found = COLOUR_TYPES[colourType] ?? `colour type ${colourType}`;
    throw new ImageError("label-colours", `${path}: expected class numbers as grey or palette, found ${found}`);
  }
  if (interlace !== 0)
    throw new ImageError("interlaced", `${path}: expected a PNG without interlacing, found one with`);
  if (height * width > MAX_PIXELS) {
    throw new ImageError("too-large", `${path}: expected at most ${MAX_PIXELS} pixels, found ${height}x${width}`);
  }
  if (height * width === 0 || ![1, 2, 4, 8, 16].includes(bitDepth) || (colourType === PALETTE && bitDepth === 16)) {
    const found = `${height}x${width} pixels of ${bitDepth} bits`;
    throw new ImageError("damaged", `${path}: expected pixels of 1, 2, 4, 8 or 16 bits, found ${found}`);
  }
  return { height, width, bitDepth };
}

async function decompress(path: string, data: Buffer, byteLength: number): Promise<Buffer> {
  let found: string;
  try {
    const rows = await inflated(data, { maxOutputLength: byteLength });
    if (rows.length === byteLength) return rows;
    found = String(rows.length);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    found = code === "ERR_BUFFER_TOO_LARGE" ? "more" : message;
  }
  throw new ImageError("damaged", `${path}: expected ${byteLength} bytes of pixels, found ${found}`);
}

/** Undoes the filter of each row in place; every row begins with a byte that names its filter. */
function unfilter(path: string, rows: Buffer, rowBytes: number, pixelBytes: number): void {
  for (let start = 0; start < rows.length; start += rowBytes + 1) {
    const filter = rows[start]!;
    if (filter > 4) throw new ImageError("damaged", `${path}: expected row filters 0 to 4, found ${filter}`);
    const above = start - rowBytes - 1;
    for (let i = 1; filter > 0 && i <= rowBytes; i++) {
      const left = i > pixelBytes ? rows[start + i - pixelBytes]! : 0;
      const up = above >= 0 ? rows[above + i]! : 0;
      const corner = above >= 0 && i > pixelBytes ? rows[above + i - pixelBytes]! : 0;
      rows[start + i]! += prediction(filter, left, up, corner);
    }
  }
}

function prediction(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function unpack(rows: Buffer, rowBytes: number, { height, width, bitDepth }: Header): Uint8Array | Uint16Array {
  const values = bitDepth === 16 ? new Uint16Array(height * width) : new Uint8Array(height * width);
  for (let row = 0; row < height; row++) {
    const start = row * (rowBytes + 1) + 1;
    for (let col = 0; col < width; col++) {
      const bit = col * bitDepth;
      const at = start + (bit >> 3);
      values[row * width + col] =
        bitDepth === 16 ? rows.readUInt16BE(at) : (rows[at]! >> (8 - bitDepth - (bit & 7))) & ((1 << bitDepth) - 1);
    }
  }
  return values;
}
