import { CheckpointError } from "../errors";
import { describe, type OpenedFile, readBytes } from "./fileBytes";
import { MAX_DEFLATE_RATIO } from "./inflate";

/** A member as the central directory describes it. */
export interface ZipMember {
  readonly name: string;
  readonly compression: "none" | "deflate";
  readonly crc32: number;
  readonly storedByteLength: number;
  readonly byteLength: number;
  /** Absolute position of the local header. */
  readonly headerOffset: number;
  /** Where the next member, or the directory, begins: nothing of this one may reach further. */
  readonly limit: number;
}

/** Most members, most directory bytes that are looked at, and longest name. */
export const ZIP_LIMITS = { members: 10_000, directoryBytes: 8 << 20, nameLength: 500 } as const;

/** All members decompressed may be this many times as large as the file, and 64 MiB more. */
export const MAX_EXPANSION = 100;

const EOCD = { signature: 0x06054b50, bytes: 22 } as const;
const EOCD64 = { signature: 0x06064b50, bytes: 56 } as const;
const LOCATOR64 = { signature: 0x07064b50, bytes: 20 } as const;
const CENTRAL = { signature: 0x02014b50, bytes: 46 } as const;

/** What a local header begins with, and its bytes without the name. */
export const LOCAL = { signature: 0x04034b50, bytes: 30 } as const;

/** A 16-bit field whose value stands in a zip64 record. */
const ELSEWHERE_16 = 0xffff;

/** A 32-bit field whose value stands in a zip64 record. */
export const ELSEWHERE_32 = 0xffffffff;

/** Throws a CheckpointError about an archive: what was expected, what was found. */
export function refuse(file: OpenedFile, code: string, expected: string, found: unknown): never {
  throw new CheckpointError(code, `${file.path}: expected ${expected}, found ${describe(found)}`);
}

/**
 * Reads the directory of a zip archive: stored and deflated members, zip64 included; nothing encrypted, nothing in parts.
 *
 * Stricter than unpackers are: the directory must end where its end record begins, names must be relative, plain and
 * unique, members must not overlap, and sizes must be possible.
 *
 * @param file an opened file
 * @returns members by name, folders left out
 * @throws CheckpointError `zip-directory`, `zip-limit`, `zip-method`, `zip-name`, `duplicate-name`, `zip-overlap`,
 *   `member-size`, `zip-bomb`, `truncated`
 * Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3.
 */
export async function readZipDirectory(file: OpenedFile): Promise<ReadonlyMap<string, ZipMember>> {
  const { offset, byteLength, count } = await locateDirectory(file);
  if (count > ZIP_LIMITS.members || byteLength > ZIP_LIMITS.directoryBytes) {
    refuse(file, "zip-limit", `at most ${ZIP_LIMITS.members} members`, `${count} in ${byteLength} bytes of directory`);
  }
  const bytes = await readBytes(file, offset, byteLength);
  const members: Omit<ZipMember, "limit">[] = [];
  let position = 0;
  while (position < bytes.length) {
    const { member, next } = parseCentralHeader(file, bytes, position);
    members.push(member);
    position = next;
  }
  if (members.length !== count) refuse(file, "zip-directory", `${count} members in the directory`, members.length);
  return checkMembers(file, members, offset);
}

interface DirectoryPlace {
  readonly offset: number;
  readonly byteLength: number;
  readonly count: number;
}

async function locateDirectory(file: OpenedFile): Promise<DirectoryPlace> {
  const tailLength = Math.min(file.byteLength, EOCD.bytes + 0xffff + LOCATOR64.bytes);
  const tail = await readBytes(file, file.byteLength - tailLength, tailLength);
  const at = findEndRecord(tail);
  if (at === undefined) return refuse(file, "zip-directory", "a zip directory at the file's end", "none (cut off?)");
  const end = file.byteLength - tailLength + at;
  const disks = [tail.readUInt16LE(at + 4), tail.readUInt16LE(at + 6)];
  const counts = [tail.readUInt16LE(at + 8), tail.readUInt16LE(at + 10)];
  const short = { offset: tail.readUInt32LE(at + 16), byteLength: tail.readUInt32LE(at + 12), count: counts[1]! };
  const locator = at - LOCATOR64.bytes;
  const is64 = locator >= 0 && tail.readUInt32LE(locator) === LOCATOR64.signature;
  const place = is64 ? await readEndRecord64(file, tail.subarray(locator, at), end - LOCATOR64.bytes, short) : short;
  if (counts[0] !== counts[1] || disks.some((disk) => disk !== 0 && disk !== ELSEWHERE_16)) {
    refuse(file, "zip-directory", "an archive in one part", `parts ${disks.join(" and ")}`);
  }
  const expectedEnd = is64 ? end - LOCATOR64.bytes - EOCD64.bytes : end;
  if (place.offset + place.byteLength !== expectedEnd) {
    const found = `${place.byteLength} bytes at ${place.offset}`;
    refuse(file, "zip-directory", `a directory that ends at byte ${expectedEnd}`, found);
  }
  return place;
}

/** The end record is the last one whose comment reaches exactly to the end of the file. */
function findEndRecord(tail: Buffer): number | undefined {
  for (let at = tail.length - EOCD.bytes; at >= 0; at--) {
    const isRecord = tail[at] === 0x50 && tail.readUInt32LE(at) === EOCD.signature;
    if (isRecord && at + EOCD.bytes + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  return undefined;
}

async function readEndRecord64(
  file: OpenedFile,
  locator: Buffer,
  end: number,
  short: DirectoryPlace,
): Promise<DirectoryPlace> {
  const at = locator.readBigUInt64LE(8);
  if (at !== BigInt(end - EOCD64.bytes)) {
    return refuse(file, "zip-directory", `a zip64 end record at byte ${end - EOCD64.bytes}`, `${at}`);
  }
  const record = await readBytes(file, Number(at), EOCD64.bytes);
  if (record.readUInt32LE(0) !== EOCD64.signature || record.readBigUInt64LE(4) !== BigInt(EOCD64.bytes - 12)) {
    refuse(file, "zip-directory", "a zip64 end record of 56 bytes", record.toString("hex", 0, 12));
  }
  const place = { count: uint64(record, 32), byteLength: uint64(record, 40), offset: uint64(record, 48) };
  const agrees =
    (short.count === place.count || short.count === ELSEWHERE_16) &&
    (short.byteLength === place.byteLength || short.byteLength === ELSEWHERE_32) &&
    (short.offset === place.offset || short.offset === ELSEWHERE_32);
  if (!agrees)
    refuse(file, "zip-directory", "two end records that agree", [Object.values(short), Object.values(place)]);
  return place;
}

/** An unsigned 64-bit field; what a number cannot hold exactly is larger than any file and fails every later check. */
function uint64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

function parseCentralHeader(file: OpenedFile, bytes: Buffer, at: number) {
  const fits = at + CENTRAL.bytes <= bytes.length && bytes.readUInt32LE(at) === CENTRAL.signature;
  if (!fits) refuse(file, "zip-directory", `a directory entry at byte ${at} of the directory`, "none");
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
  const extraStart = at + CENTRAL.bytes + nameLength!;
  const next = extraStart + extraLength! + commentLength!;
  if (next > bytes.length) refuse(file, "zip-directory", `a directory entry of ${next - at} bytes`, bytes.length - at);
  const name = decodeName(file, bytes.subarray(at + CENTRAL.bytes, extraStart));
  const compression = readMethod(file, name, bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10));
  const extra = bytes.subarray(extraStart, extraStart + extraLength!);
  const [byteLength, storedByteLength, headerOffset] = readSizes(file, name, bytes, at, extra);
  const sizes = { byteLength: byteLength!, storedByteLength: storedByteLength!, headerOffset: headerOffset! };
  return { member: { name, compression, crc32: bytes.readUInt32LE(at + 16), ...sizes }, next };
}

function readMethod(file: OpenedFile, name: string, flags: number, method: number): ZipMember["compression"] {
  if (flags & 0x2061) refuse(file, "zip-method", `${describe(name)} to be readable`, "an encrypted or patched member");
  if (method === 0) return "none";
  if (method === 8) return "deflate";
  return refuse(file, "zip-method", `${describe(name)} to be stored or deflated`, `method ${method}`);
}

/** Decompressed size, stored size and position, out of the zip64 field where they do not fit 32 bits. */
function readSizes(file: OpenedFile, name: string, bytes: Buffer, at: number, extra: Buffer): number[] {
  const wide = findExtra(extra, 1);
  let used = 0;
  return [24, 20, 42].map((field) => {
    const value = bytes.readUInt32LE(at + field);
    if (value !== ELSEWHERE_32) return value;
    if (!wide || used + 8 > wide.length) {
      return refuse(file, "zip-directory", `a zip64 field for ${describe(name)}`, "none, or one too short");
    }
    used += 8;
    return uint64(wide, used - 8);
  });
}

function findExtra(extra: Buffer, id: number): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  }
  return undefined;
}

/** Names are UTF-8 without control characters; those that could lead out of a folder are refused with them. */
function decodeName(file: OpenedFile, bytes: Buffer): string {
  const name = bytes.toString("utf8");
  const isPlain = !/[\p{Cc}\\\ufffd]|^[A-Za-z]:|^\//u.test(name) && name !== "" && name.length <= ZIP_LIMITS.nameLength;
  if (isPlain && !name.split("/").includes("..")) return name;
  return refuse(file, "zip-name", "short relative member names without .. or backslashes", name);
}

function checkMembers(file: OpenedFile, found: Omit<ZipMember, "limit">[], directoryOffset: number) {
  const members = new Map<string, ZipMember>();
  const ordered = [...found].sort((a, b) => a.headerOffset - b.headerOffset);
  let total = 0;
  for (const [index, entry] of ordered.entries()) {
    const limit = ordered[index + 1]?.headerOffset ?? directoryOffset;
    checkSizes(file, entry, limit);
    if (members.has(entry.name)) refuse(file, "duplicate-name", "each member once", `${entry.name} twice`);
    members.set(entry.name, { ...entry, limit });
    total += entry.byteLength;
  }
  if (total > MAX_EXPANSION * file.byteLength + (64 << 20)) {
    refuse(file, "zip-bomb", `at most ${MAX_EXPANSION} times the file's ${file.byteLength} bytes`, `${total} bytes`);
  }
  for (const name of members.keys()) if (name.endsWith("/")) members.delete(name);
  return members;
}

function checkSizes(file: OpenedFile, member: Omit<ZipMember, "limit">, limit: number): void {
  const { name, compression, byteLength, storedByteLength, headerOffset } = member;
  const possible =
    compression === "none"
      ? byteLength === storedByteLength
      : byteLength <= storedByteLength * MAX_DEFLATE_RATIO && storedByteLength > 0;
  if (!possible) {
    refuse(file, "member-size", `possible sizes for ${describe(name)}`, `${byteLength} bytes in ${storedByteLength}`);
  }
  if (!(headerOffset + LOCAL.bytes + storedByteLength <= limit)) {
    const found = `${storedByteLength} bytes at ${headerOffset}`;
    refuse(file, "zip-overlap", `${describe(name)} to end before byte ${limit}`, found);
  }
}
