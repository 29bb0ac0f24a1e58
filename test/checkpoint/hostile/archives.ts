import { bytes, pickle } from "../pickleWriter";
import { type ArchiveOptions, type MemberToWrite, member, zipArchive } from "../zipWriter";
import { type HostileCase, hostile } from "./case";

const DATA = member("m/data.pkl", pickle(bytes("}")));

function archive(more: Partial<MemberToWrite>, options: ArchiveOptions = {}): Buffer {
  return zipArchive([DATA, member("m/data/0", Buffer.alloc(1000, 7), more)], options);
}

function named(name: string): () => Buffer {
  return () => zipArchive([DATA, member(name, "x")]);
}

/** An archive whose bytes at the first occurrence of a signature, plus an offset, are another 32-bit number. */
function patched(whole: Buffer, signature: number, offset: number, value: number): Buffer {
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(signature);
  whole.writeUInt32LE(value, whole.indexOf(mark) + offset);
  return whole;
}

const zeros = Buffer.alloc(80 << 20);

/** Many members of which each says that it is the same deflated megabytes, as in overlapping bombs. */
function overlappingBomb(): Buffer {
  const kernel = member("0.npy", Buffer.alloc(1 << 20), { deflate: true });
  const copies = Array.from({ length: 500 }, (_, i) => {
    return member(`${i + 1}.npy`, "", {
      central: { offset: 0, method: 8, storedByteLength: 1033, byteLength: 1 << 20 },
    });
  });
  return zipArchive([kernel, ...copies]);
}

/** Archives that lie about their members, or want to leave their place. */
export const HOSTILE_ARCHIVES: readonly HostileCase[] = [
  hostile("a member outside the folder", "zip-name", named("../../etc/passwd")),
  hostile("a member outside the folder, from inside", "zip-name", named("m/../../x")),
  hostile("an absolute member", "zip-name", named("/etc/passwd")),
  hostile("a member on a drive", "zip-name", named("C:/x")),
  hostile("a member with backslashes", "zip-name", named("m\\..\\x")),
  hostile("a member with a zero byte", "zip-name", named("m/x\0.png")),
  hostile("a member with a line break", "zip-name", named("m/x\ny")),
  hostile("a member with an endless name", "zip-name", named("x".repeat(60_000))),
  hostile("a member without a name", "zip-name", named("")),
  hostile("a member twice", "duplicate-name", () => zipArchive([DATA, DATA])),
  hostile("an encrypted member", "zip-method", () => archive({ central: { flags: 1 } })),
  hostile("a member compressed otherwise", "zip-method", () => archive({ central: { method: 12 } })),
  hostile("80 MB of zeros, deflated", "zip-bomb", () =>
    zipArchive([DATA, member("m/data/0", zeros, { deflate: true })]),
  ),
  hostile("500 members in one place", "zip-overlap", overlappingBomb),
  hostile("a size that deflate cannot reach", "member-size", () =>
    archive({ deflate: true, central: { byteLength: 1e8 } }),
  ),
  hostile("a stored member of two sizes", "member-size", () => archive({ central: { byteLength: 999 } })),
  hostile("a member that reaches into the directory", "zip-overlap", () => {
    return archive({ central: { byteLength: 2000, storedByteLength: 2000 } });
  }),
  hostile("a member behind the end", "zip-overlap", () => archive({ central: { offset: 0xfffffff0 } })),
  hostile("a zip64 size of 2^63", "member-size", () => {
    return archive({ central: { byteLength: 2 ** 62 } }, { zip64: true });
  }),
  hostile("zip64 sizes of 2^62", "zip-overlap", () => {
    return archive({ central: { byteLength: 2 ** 62, storedByteLength: 2 ** 62 } }, { zip64: true });
  }),
  hostile("a directory of other sizes than the header, in data.pkl", "zip-local", () => {
    return zipArchive([{ ...DATA, local: { byteLength: 2, storedByteLength: 2 } }]);
  }),
  hostile("another name in the header of data.pkl", "zip-local", () => {
    return zipArchive([{ ...DATA, local: { name: "m/data.pkX" } }]);
  }),
  hostile("another method in the header of data.pkl", "zip-local", () =>
    zipArchive([{ ...DATA, local: { method: 8 } }]),
  ),
  hostile("a wrong CRC-32 of data.pkl", "damaged", () => zipArchive([{ ...DATA, central: { crc32: 1 } }])),
  hostile("a deflated data.pkl that is longer than said", "member-size", () => {
    return zipArchive([{ ...DATA, deflate: true, central: { byteLength: 3 }, local: { byteLength: 3 } }]);
  }),
  hostile("a deflated data.pkl that is shorter than said", "member-size", () => {
    return zipArchive([{ ...DATA, deflate: true, central: { byteLength: 30 }, local: { byteLength: 30 } }]);
  }),
  hostile("a deflated data.pkl that is not deflated", "damaged", () => {
    const method = { method: 8 };
    return zipArchive([{ ...DATA, central: method, local: method }]);
  }),
  hostile("cut in the middle", "zip-directory", () => archive({}).subarray(0, 700)),
  hostile("cut within the directory", "zip-directory", () => archive({}).subarray(0, -40)),
  hostile("cut within the end record", "zip-directory", () => archive({}).subarray(0, -1)),
  hostile("bytes behind the end", "zip-directory", () => Buffer.concat([archive({}), Buffer.alloc(5)])),
  hostile("only a first header", "zip-directory", () => Buffer.from("PK\x03\x04", "latin1")),
  hostile("more members than the directory has", "zip-directory", () => archive({}, { end: { count: 3 } })),
  hostile("60,000 members", "zip-limit", () => archive({}, { end: { count: 60_000 } })),
  hostile("a directory of 2^31 bytes", "zip-directory", () => archive({}, { end: { byteLength: 2 ** 31 } })),
  hostile("a directory behind the end", "zip-directory", () => archive({}, { end: { offset: 2 ** 31 } })),
  hostile("a directory that is none", "zip-directory", () => patched(archive({}), 0x02014b50, 0, 7)),
  hostile("a directory entry with an endless name", "zip-directory", () =>
    patched(archive({}), 0x02014b50, 28, 0xffff),
  ),
  hostile("an archive in two parts", "zip-directory", () => patched(archive({}), 0x06054b50, 4, 1)),
  hostile("a zip64 locator that points elsewhere", "zip-directory", () => {
    return patched(archive({}, { zip64: true }), 0x07064b50, 8, 7);
  }),
  hostile("a zip64 end record of another length", "zip-directory", () => {
    return patched(archive({}, { zip64: true }), 0x06064b50, 4, 2 ** 31);
  }),
  hostile("end records that disagree", "zip-directory", () => patched(archive({}, { zip64: true }), 0x06054b50, 16, 7)),
  hostile("neither data.pkl nor arrays", "unknown-format", () => zipArchive([member("readme.txt", "x")])),
];
