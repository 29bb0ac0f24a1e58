import { npyBytes, npyHeader } from "../npyWriter";
import { bytes, call, named, pickle, text } from "../pickleWriter";
import { member, zipArchive } from "../zipWriter";
import { type HostileCase, hostile } from "./case";

const FLOATS = Buffer.alloc(24);

/** The same array as a file and as a member of an archive, stored and deflated. */
function everywhere(name: string, code: string, build: () => Buffer): HostileCase[] {
  return [
    hostile(`npy: ${name}`, code, build),
    hostile(`npz: ${name}`, code, () => zipArchive([member("a.npy", build())])),
    hostile(`npz, deflated: ${name}`, code, () => zipArchive([member("a.npy", build(), { deflate: true })])),
  ];
}

function header(text: string, values: Buffer = FLOATS): () => Buffer {
  return () => npyBytes(text, values);
}

/** A file whose header's length is another one. */
function headerLength(length: number): () => Buffer {
  return () => {
    const array = npyBytes(npyHeader("<f4", [6]), FLOATS, 2);
    array.writeUInt32LE(length, 8);
    return array;
  };
}

const system = pickle(call(named("os", "system"), text("touch pwned")));

/** Arrays that hide a pickle or lie about their size. */
export const HOSTILE_ARRAYS: readonly HostileCase[] = [
  ...everywhere("Python objects", "npy-dtype", header(npyHeader("|O", [1]), system)),
  ...everywhere("a type with fields", "npy-dtype", () => {
    return npyBytes("{'descr': [('x', '<f4'), ('y', '|O')], 'fortran_order': False, 'shape': (3,), }", FLOATS);
  }),
  ...everywhere("big-endian floats", "npy-dtype", header(npyHeader(">f4", [6]))),
  ...everywhere("complex numbers", "npy-dtype", header(npyHeader("<c8", [3]))),
  ...everywhere("texts", "npy-dtype", header(npyHeader("<U6", [1]))),
  ...everywhere("a type named constructor", "npy-dtype", header(npyHeader("<constructor", [6]))),
  ...everywhere("fewer values than its shape", "tensor-size", header(npyHeader("<f4", [7]))),
  ...everywhere("more values than its shape", "tensor-size", header(npyHeader("<f4", [5]))),
  ...everywhere("a shape of 2^60", "tensor-size", header(npyHeader("<f4", [2 ** 30, 2 ** 30]))),
  ...everywhere("a shape product beyond all numbers", "tensor-size", header(npyHeader("<f4", Array(31).fill(2 ** 40)))),
  ...everywhere(
    "a length of 2^64",
    "npy-header",
    header("{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616,), }"),
  ),
  ...everywhere(
    "a negative length",
    "npy-header",
    header("{'descr': '<f4', 'fortran_order': False, 'shape': (-6,), }"),
  ),
  ...everywhere("code in the header", "npy-header", header("{'descr': __import__('os').system('id'), 'shape': (6,)}")),
  ...everywhere(
    "a key twice",
    "npy-header",
    header("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,), }"),
  ),
  ...everywhere(
    "a key too many",
    "npy-header",
    header("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'x': 1}"),
  ),
  ...everywhere("a key missing", "npy-header", header("{'descr': '<f4', 'shape': (6,), }")),
  ...everywhere(
    "a header that does not end",
    "npy-header",
    header("{'descr': '<f4', 'fortran_order': False, 'shape': (6,"),
  ),
  ...everywhere("a header of brackets", "npy-header", header(`{'descr': ${"[".repeat(1000)}`)).map((one) => {
    return { ...one, code: "npy-dtype" };
  }),
  ...everywhere("a header of 2^31 bytes", "npy-header", headerLength(2 ** 31)),
  ...everywhere("a header longer than the file", "npy-header", headerLength(5000)),
  ...everywhere("format version 9", "npy-header", () => {
    const array = npyBytes(npyHeader("<f4", [6]), FLOATS);
    array[6] = 9;
    return array;
  }),
  ...everywhere("nothing behind the magic", "npy-header", () => Buffer.from("\x93NUMPY\x01", "latin1")),
  hostile("npz: a member that is no array", "npz-member", () => {
    return zipArchive([member("a.npy", npyBytes(npyHeader("<f4", [6]), FLOATS)), member("b.pkl", system)]);
  }),
  hostile("npz: a member named .npy that is a pickle", "npy-header", () => zipArchive([member("a.npy", system)])),
  hostile("npz: a deflated bomb behind a small header", "zip-bomb", () => {
    const array = npyBytes(npyHeader("<f4", [20 << 20]), Buffer.alloc(80 << 20));
    return zipArchive([member("a.npy", array, { deflate: true })]);
  }),
  hostile("npz: a stream that breaks off", "damaged", () => {
    const broken = bytes(0x07, 0xff, 0xff, 0xff);
    const central = { method: 8, byteLength: 152 };
    return zipArchive([member("a.npy", broken, { central, local: central })]);
  }),
];
