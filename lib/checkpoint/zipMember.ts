import { checkCrc32 } from "./crc32";
import { type OpenedFile, readBytes } from "./fileBytes";
import { inflateBeginning, inflateExactly } from "./inflate";
import type { TensorStorage } from "./tensorFile";
import { ELSEWHERE_32, LOCAL, refuse, type ZipMember } from "./zip";

/**
 * Finds where a member's bytes lie, by its local header, which must say the same as the directory.
 *
 * @throws CheckpointError `zip-local`, `zip-overlap`, `truncated`
 */
export async function locateMember(file: OpenedFile, member: ZipMember): Promise<TensorStorage> {
  const name = Buffer.from(member.name, "utf8");
  const header = await readBytes(file, member.headerOffset, LOCAL.bytes + name.length);
  const [flags, method] = [header.readUInt16LE(6), header.readUInt16LE(8)];
  const sizes = [header.readUInt32LE(18), header.readUInt32LE(22)];
  const expected = [member.storedByteLength, member.byteLength];
  const sizesFollow = (flags & 8) !== 0; // in a record after the data, with zeros here
  const agrees = sizes.every((size, i) => size === expected[i] || size === ELSEWHERE_32 || (sizesFollow && size === 0));
  const isSame = header.readUInt32LE(0) === LOCAL.signature && header.subarray(LOCAL.bytes).equals(name);
  if (!isSame || !agrees || method !== (member.compression === "none" ? 0 : 8)) {
    refuse(
      file,
      "zip-local",
      `the member ${member.name} at byte ${member.headerOffset}`,
      "a header that says otherwise",
    );
  }
  const offset = member.headerOffset + LOCAL.bytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (offset + member.storedByteLength > member.limit) {
    refuse(file, "zip-overlap", `${member.name} to end before byte ${member.limit}`, offset + member.storedByteLength);
  }
  const { compression, crc32, storedByteLength, byteLength } = member;
  return { name: member.name, offset, storedByteLength, byteLength, compression, crc32 };
}

/**
 * Reads a whole small member, checked against its CRC-32.
 *
 * @param maxBytes most bytes it may have
 * @throws CheckpointError `zip-limit`, `damaged`, `member-size`; as `locateMember`
 */
export async function readMember(file: OpenedFile, member: ZipMember, maxBytes: number): Promise<Buffer> {
  const { name, byteLength } = member;
  if (byteLength > maxBytes) refuse(file, "zip-limit", `at most ${maxBytes} bytes in ${name}`, byteLength);
  const storage = await locateMember(file, member);
  const stored = await readBytes(file, storage.offset, storage.storedByteLength);
  const subject = `${file.path}: ${name}`;
  const bytes = storage.compression === "none" ? stored : await inflateExactly(subject, stored, byteLength);
  checkCrc32(subject, bytes, storage.crc32 as number);
  return bytes;
}

/**
 * Reads the beginning of a member without reading the rest.
 *
 * @param length bytes wanted; fewer come back where the member is shorter
 * @throws CheckpointError `damaged`; as `readBytes`
 */
export async function readMemberBeginning(file: OpenedFile, storage: TensorStorage, length: number): Promise<Buffer> {
  const wanted = Math.min(length, storage.byteLength);
  if (storage.compression === "none") return readBytes(file, storage.offset, wanted);
  for (let taken = Math.min(512, storage.storedByteLength); ; taken = Math.min(4 * taken, storage.storedByteLength)) {
    const stored = await readBytes(file, storage.offset, taken);
    const bytes = inflateBeginning(`${file.path}: ${storage.name}`, stored);
    if (bytes.length >= wanted || taken === storage.storedByteLength) return bytes.subarray(0, wanted);
  }
}
