/** A .npy file: a header with this text, padded as NumPy pads it, and the values. */
export function npyBytes(header: string, values: Uint8Array, version: 1 | 2 | 3 = 1): Buffer {
  const prefix = version === 1 ? 10 : 12;
  const padded = Math.ceil((prefix + header.length + 1) / 64) * 64 - prefix;
  const text = Buffer.from(`${header.padEnd(padded - 1, " ")}\n`, "latin1");
  const start = Buffer.alloc(prefix);
  start.write("\x93NUMPY", "latin1");
  start[6] = version;
  if (version === 1) start.writeUInt16LE(text.length, 8);
  else start.writeUInt32LE(text.length, 8);
  return Buffer.concat([start, text, values]);
}

/** NumPy's header for an array. */
export function npyHeader(descr: string, shape: readonly number[], fortranOrder = false): string {
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  return `{'descr': '${descr}', 'fortran_order': ${fortranOrder ? "True" : "False"}, 'shape': (${lengths}), }`;
}
