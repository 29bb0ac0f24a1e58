import { deflateRawSync } from "node:zlib";
import { crc32ByTable } from "../../lib/checkpoint/crc32";

/** What a header says; a hostile archive says otherwise. */
export interface HeaderFields {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly storedByteLength: number;
  readonly byteLength: number;
  readonly offset: number;
}

/** A member to write; `read` is called once, in order. */
export interface MemberToWrite {
  readonly name: string;
  readonly read: () => Uint8Array;
  readonly deflate?: boolean;
  /** Replaces fields of the local header. */
  readonly local?: Partial<HeaderFields>;
  /** Replaces fields of the directory. */
  readonly central?: Partial<HeaderFields>;
}

/** How the archive is laid out. */
export interface ArchiveOptions {
  /** Sizes and positions in zip64 fields, with zip64 end records, as torch does for large files. */
  readonly zip64?: boolean;
  /** Members' data begin at multiples of this many bytes, by padding in the extra field. */
  readonly align?: number;
  /** Replaces the end record's fields. */
  readonly end?: Partial<{ count: number; byteLength: number; offset: number }>;
}

/** A zip archive in chunks, one member in memory at a time. */
export function* zipChunks(members: Iterable<MemberToWrite>, options: ArchiveOptions = {}): Generator<Uint8Array> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const bytes = member.read();
    const stored = member.deflate ? deflateRawSync(bytes) : bytes;
    const sizes = { storedByteLength: stored.length, byteLength: bytes.length, offset };
    const method = member.deflate ? 8 : 0;
    const fields = { name: member.name, flags: 0x800, method, crc32: crc32ByTable(bytes), ...sizes };
    const header = localHeader({ ...fields, ...member.local }, options.align ?? 1, offset);
    directory.push(centralHeader({ ...fields, ...member.central }, options.zip64 ?? false));
    yield header;
    yield stored;
    offset += header.length + stored.length;
  }
  yield* directory;
  const byteLength = directory.reduce((sum, entry) => sum + entry.length, 0);
  yield endRecords({ count: directory.length, byteLength, offset, ...options.end }, offset + byteLength, options.zip64);
}

/** A whole small archive. */
export function zipArchive(members: Iterable<MemberToWrite>, options: ArchiveOptions = {}): Buffer {
  return Buffer.concat([...zipChunks(members, options)]);
}

/** A member with these bytes. */
export function member(name: string, bytes: Uint8Array | string, more: Partial<MemberToWrite> = {}): MemberToWrite {
  return { name, read: () => (typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes), ...more };
}

function localHeader(fields: HeaderFields, align: number, position: number): Buffer {
  const name = Buffer.from(fields.name, "utf8");
  const unpadded = position + 30 + name.length;
  const missing = (align - (unpadded % align)) % align;
  const padding = missing > 0 && missing < 4 ? missing + align : missing;
  const header = Buffer.alloc(30 + name.length + padding);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(fields.flags, 6);
  header.writeUInt16LE(fields.method, 8);
  header.writeUInt32LE(fields.crc32, 14);
  header.writeUInt32LE(fields.storedByteLength, 18);
  header.writeUInt32LE(fields.byteLength, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(padding, 28);
  name.copy(header, 30);
  if (padding > 0) {
    header.write("FB", 30 + name.length, "latin1"); // torch's own padding field
    header.writeUInt16LE(padding - 4, 32 + name.length);
  }
  return header;
}

function centralHeader(fields: HeaderFields, zip64: boolean): Buffer {
  const name = Buffer.from(fields.name, "utf8");
  const wide = [fields.byteLength, fields.storedByteLength, fields.offset];
  const extra = Buffer.alloc(zip64 ? 28 : 0);
  if (zip64) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    for (const [i, value] of wide.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  }
  const header = Buffer.alloc(46 + name.length);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(fields.flags, 8);
  header.writeUInt16LE(fields.method, 10);
  header.writeUInt32LE(fields.crc32, 16);
  for (const [i, at] of [24, 20, 42].entries()) header.writeUInt32LE(zip64 ? 0xffffffff : wide[i]!, at);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  name.copy(header, 46);
  return Buffer.concat([header, extra]);
}

function endRecords(place: { count: number; byteLength: number; offset: number }, at: number, zip64 = false): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(zip64 ? 0xffff : place.count, 8);
  end.writeUInt16LE(zip64 ? 0xffff : place.count, 10);
  end.writeUInt32LE(zip64 ? 0xffffffff : place.byteLength, 12);
  end.writeUInt32LE(zip64 ? 0xffffffff : place.offset, 16);
  if (!zip64) return end;
  const wide = Buffer.alloc(76);
  wide.writeUInt32LE(0x06064b50, 0);
  wide.writeBigUInt64LE(44n, 4);
  for (const [i, value] of [place.count, place.count, place.byteLength, place.offset].entries()) {
    wide.writeBigUInt64LE(BigInt(value), 24 + 8 * i);
  }
  wide.writeUInt32LE(0x07064b50, 56);
  wide.writeBigUInt64LE(BigInt(at), 64);
  wide.writeUInt32LE(1, 72);
  return Buffer.concat([wide, end]);
}
