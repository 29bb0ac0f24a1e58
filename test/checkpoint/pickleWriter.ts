/** Pickle expressions: each function gives the opcodes that leave one value on the stack. */
export type Expression = Buffer;

/** Opcodes by code, as characters or numbers, and their arguments. */
export function bytes(...parts: readonly (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") return Buffer.from(part, "latin1");
      return typeof part === "number" ? Buffer.from([part]) : Buffer.from(part);
    }),
  );
}

/** A whole little-endian number of 2, 4 or 8 bytes. */
export function unsigned(value: number | bigint, length: 2 | 4 | 8): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return buffer.subarray(0, length);
}

/** A whole pickle: protocol 2, the expressions, STOP. */
export function pickle(...expressions: readonly Expression[]): Buffer {
  return bytes(0x80, 2, ...expressions, ".");
}

/** None. */
export const none: Expression = bytes("N");

/** True or False. */
export function bool(value: boolean): Expression {
  return bytes(value ? 0x88 : 0x89);
}

/** A whole number in the shortest form that torch uses. */
export function int(value: number): Expression {
  if (value >= 0 && value < 256) return bytes("K", value);
  if (value >= 0 && value < 65536) return bytes("M", unsigned(value, 2));
  const wide = Buffer.alloc(8);
  wide.writeBigInt64LE(BigInt(value));
  return bytes(0x8a, 8, wide);
}

/** A text. */
export function text(value: string): Expression {
  const encoded = Buffer.from(value, "utf8");
  return bytes("X", unsigned(encoded.length, 4), encoded);
}

/** A floating-point number. */
export function float(value: number): Expression {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleBE(value);
  return bytes("G", buffer);
}

/** The name of a class or function. */
export function named(module: string, name: string): Expression {
  return bytes("c", `${module}\n${name}\n`);
}

/** A tuple. */
export function tuple(...items: readonly Expression[]): Expression {
  return bytes("(", ...items, "t");
}

/** A list. */
export function list(...items: readonly Expression[]): Expression {
  return bytes("](", ...items, "e");
}

/** A dictionary. */
export function dict(entries: Readonly<Record<string, Expression>>): Expression {
  return bytes("}(", ...Object.entries(entries).flatMap(([key, value]) => [text(key), value]), "u");
}

/** An OrderedDict as torch writes it. */
export function orderedDict(entries: Readonly<Record<string, Expression>>): Expression {
  const items = Object.entries(entries).flatMap(([key, value]) => [text(key), value]);
  return bytes(call(named("collections", "OrderedDict")), "(", ...items, "u");
}

/** A function called with arguments. */
export function call(callee: Expression, ...args: readonly Expression[]): Expression {
  return bytes(callee, tuple(...args), "R");
}

/** An object made without arguments, given a state. */
export function instance(cls: Expression, state: Expression): Expression {
  return bytes(cls, ")", 0x81, state, "b");
}

/** The storage that a persistent id stands for. */
export function storageId(storageClass: string, key: string, length: number, ...more: Expression[]): Expression {
  const [module, name] = [storageClass.slice(0, storageClass.lastIndexOf(".")), storageClass.split(".").at(-1)!];
  return bytes(tuple(text("storage"), named(module, name), text(key), text("cpu"), int(length), ...more), "Q");
}

/** A tensor as a view of a storage. */
export function tensorView(storage: Expression, offset: number, shape: number[], strides: number[]): Expression {
  const [size, stride] = [tuple(...shape.map(int)), tuple(...strides.map(int))];
  const hooks = call(named("collections", "OrderedDict"));
  return call(named("torch._utils", "_rebuild_tensor_v2"), storage, int(offset), size, stride, bool(false), hooks);
}
