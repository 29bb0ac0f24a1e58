import { npyBytes, npyHeader } from "../npyWriter";
import { counting, denseContent, torchMembers, torchZipBytes } from "../torchWriter";
import { type HeaderFields, type MemberToWrite, member, zipArchive } from "../zipWriter";
import { type HostileCase, hostile } from "./case";

const CONTENT = denseContent([{ name: "a", dtype: "F32", shape: [700], read: () => counting("F32", 700) }]);

/** A checkpoint whose only storage is written otherwise. */
function storage(more: Partial<MemberToWrite>): Buffer {
  const change = (one: MemberToWrite) => (one.name.endsWith("data/0") ? { ...one, ...more } : one);
  return zipArchive([...torchMembers(CONTENT)].map(change));
}

/** Both headers of a member say the same, and both lie. */
function lie(fields: Partial<HeaderFields>): Partial<MemberToWrite> {
  return { central: fields, local: fields };
}

/** Files that open, since only headers are looked at then, and whose values must be refused when they are read. */
export const HOSTILE_STORAGES: readonly HostileCase[] = [
  hostile("a stored storage with a flipped bit", "damaged", () => {
    const bytes = torchZipBytes(CONTENT);
    bytes[bytes.indexOf(Buffer.from(counting("F32", 700)))]! ^= 1;
    return bytes;
  }),
  hostile("a deflated storage with another CRC-32", "damaged", () => storage({ deflate: true, ...lie({ crc32: 7 }) })),
  hostile("a deflated storage that is longer than said", "member-size", () => {
    return storage({ deflate: true, read: () => counting("F32", 5000), ...lie({ byteLength: 2800 }) });
  }),
  hostile("a deflated storage that expands to 80 MB instead", "member-size", () => {
    return storage({ deflate: true, read: () => Buffer.alloc(80 << 20), ...lie({ byteLength: 2800 }) });
  }),
  hostile("a deflated storage that is shorter than said", "member-size", () => {
    return storage({ deflate: true, read: () => counting("F32", 5), ...lie({ byteLength: 2800 }) });
  }),
  hostile("a deflated storage that is not deflated", "damaged", () => storage(lie({ method: 8 }))),
  hostile("a deflated array that is shorter than said", "member-size", () => {
    const array = npyBytes(npyHeader("<f4", [700]), counting("F32", 600));
    return zipArchive([member("a.npy", array, { deflate: true, ...lie({ byteLength: 128 + 2800 }) })]);
  }),
];
