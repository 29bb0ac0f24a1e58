import { type HostileCase, hostile } from "./case";

/** A .safetensors file with this header and so many bytes of data. */
export function safetensors(header: string | object, dataBytes: number, headerLength?: bigint): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headerLength ?? BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}

function floats(begin: number, end: number, shape = [(end - begin) / 4]) {
  return { dtype: "F32", shape, data_offsets: [begin, end] };
}

function one(entry: unknown, dataBytes = 12): () => Buffer {
  return () => safetensors({ a: entry }, dataBytes);
}

const A = '{"dtype":"F32","shape":[3],"data_offsets":[0,12]}';

/** Files that break the format's rules. */
export const HOSTILE_SAFETENSORS: readonly HostileCase[] = [
  hostile("a header of 2^62 bytes", "header-length", () => safetensors({ a: floats(0, 12) }, 12, 2n ** 62n)),
  hostile("a header longer than the file", "truncated", () => safetensors({ a: floats(0, 12) }, 12, 5000n)),
  hostile("a header that is cut", "header-json", () => safetensors({ a: floats(0, 12) }, 12, 9n)),
  hostile("a header that is no JSON", "header-json", () => safetensors("{'a': 1}", 12)),
  hostile("a name twice", "duplicate-name", () => safetensors(`{"a":${A},"a":${A}}`, 12)),
  hostile("a name twice, once escaped", "duplicate-name", () => safetensors(`{"a":${A},"\\u0061":${A}}`, 12)),
  hostile("an overlap", "offsets", () => safetensors({ a: floats(0, 12), b: floats(8, 20) }, 20)),
  hostile("a hole", "offsets", () => safetensors({ a: floats(0, 12), b: floats(16, 20) }, 20)),
  hostile("a hole at the beginning", "offsets", one(floats(4, 16), 16)),
  hostile("bytes behind the last tensor", "offsets", one(floats(0, 12), 13)),
  hostile("less data than the tensors", "truncated", one(floats(0, 12), 11)),
  hostile("a size that does not fit the type", "tensor-entry", one({ ...floats(0, 12), dtype: "F16" })),
  hostile("an unknown type", "tensor-entry", one({ ...floats(0, 12), dtype: "F4" })),
  hostile("a type named constructor", "tensor-entry", one({ ...floats(0, 12), dtype: "constructor" })),
  hostile("offsets that go back", "tensor-entry", one({ ...floats(0, 12), data_offsets: [12, 0] })),
  hostile("negative offsets", "tensor-entry", one({ ...floats(0, 12), data_offsets: [-12, 0] })),
  hostile("a fractional length", "tensor-entry", one({ ...floats(0, 12), shape: [1.5, 2] })),
  hostile("a negative length", "tensor-entry", one({ ...floats(0, 12), shape: [-1, -3] })),
  hostile("a shape product of 2^64", "tensor-entry", one({ ...floats(0, 0), shape: [2 ** 32, 2 ** 32] }, 0)),
  hostile(
    "a shape product beyond all numbers",
    "tensor-entry",
    one({ ...floats(0, 0), shape: Array(32).fill(2 ** 50) }, 0),
  ),
  hostile(
    "a product beyond all numbers, times zero",
    "tensor-entry",
    one({ ...floats(0, 0), shape: [...Array(31).fill(2 ** 50), 0] }, 0),
  ),
  hostile("33 axes", "tensor-entry", one({ ...floats(0, 4), shape: Array(33).fill(1) }, 4)),
  hostile("a bad entry under a name of many lines", "tensor-entry", () => safetensors({ "a\nb": 7 }, 0)),
  hostile("a name of many lines twice", "duplicate-name", () => safetensors(`{"a\\nb":${A},"a\\nb":${A}}`, 12)),
  hostile("an overlap under a name of many lines", "offsets", () => safetensors({ "a\nb": floats(4, 8) }, 8)),
  hostile("an entry that is a list", "tensor-entry", one([])),
  hostile("metadata that are no strings", "header-json", () => {
    return safetensors({ __metadata__: { a: 1 }, a: floats(0, 12) }, 12);
  }),
];
