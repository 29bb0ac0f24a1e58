import { isKind, kindOf, type PickleDict, type PickleValue, tupleItems } from "./pickleValue";
import { charge, fail, made, PICKLE_LIMITS, takeByte, takeBytes, type Unpickling } from "./unpickling";

/** One instruction of the pickle machine. */
export interface Opcode {
  readonly name: string;
  readonly run: (pickle: Unpickling) => void;
}

function opcode(code: number | string, name: string, run: Opcode["run"]): [number, Opcode] {
  return [typeof code === "string" ? code.charCodeAt(0) : code, { name, run }];
}

function pushing(code: number | string, name: string, make: (pickle: Unpickling) => PickleValue): [number, Opcode] {
  return opcode(code, name, (pickle) => pickle.stack.push(make(pickle)));
}

const uint8 = takeByte;
const uint16 = (pickle: Unpickling) => takeBytes(pickle, 2).readUInt16LE();
const uint32 = (pickle: Unpickling) => takeBytes(pickle, 4).readUInt32LE();
const int32 = (pickle: Unpickling) => takeBytes(pickle, 4).readInt32LE();
const uint64 = (pickle: Unpickling) => Number(takeBytes(pickle, 8).readBigUInt64LE());

type Reader = (pickle: Unpickling) => number;
const utf8 = (length: Reader) => (pickle: Unpickling) => takeBytes(pickle, length(pickle)).toString("utf8");
const latin1 = (length: Reader) => (pickle: Unpickling) => takeBytes(pickle, length(pickle)).toString("latin1");
const binary = (length: Reader) => (pickle: Unpickling) =>
  made(pickle, new Uint8Array(takeBytes(pickle, length(pickle))));

/** Every instruction that is carried out; all others are refused. */
export const OPCODES: ReadonlyMap<number, Opcode> = new Map([
  opcode(0x80, "PROTO", checkProtocol),
  opcode(0x95, "FRAME", (pickle) => void takeBytes(pickle, 8)),
  opcode("(", "MARK", (pickle) => pickle.marks.push(pickle.stack.length)),
  opcode("0", "POP", popOne),
  opcode("1", "POP_MARK", (pickle) => void popMarked(pickle)),
  pushing("N", "NONE", () => null),
  pushing(0x88, "NEWTRUE", () => true),
  pushing(0x89, "NEWFALSE", () => false),
  pushing("J", "BININT", int32),
  pushing("K", "BININT1", uint8),
  pushing("M", "BININT2", uint16),
  pushing(0x8a, "LONG1", (pickle) => readLong(pickle, uint8(pickle))),
  pushing(0x8b, "LONG4", (pickle) => readLong(pickle, int32(pickle))),
  pushing("G", "BINFLOAT", (pickle) => takeBytes(pickle, 8).readDoubleBE()),
  pushing("X", "BINUNICODE", utf8(uint32)),
  pushing(0x8c, "SHORT_BINUNICODE", utf8(uint8)),
  pushing(0x8d, "BINUNICODE8", utf8(uint64)),
  pushing("T", "BINSTRING", latin1(uint32)),
  pushing("U", "SHORT_BINSTRING", latin1(uint8)),
  pushing("B", "BINBYTES", binary(uint32)),
  pushing("C", "SHORT_BINBYTES", binary(uint8)),
  pushing(0x8e, "BINBYTES8", binary(uint64)),
  pushing("]", "EMPTY_LIST", (pickle) => made(pickle, [])),
  pushing("}", "EMPTY_DICT", (pickle) => made(pickle, new Map() as PickleDict)),
  pushing(")", "EMPTY_TUPLE", (pickle) => tuple(pickle, [])),
  pushing(0x8f, "EMPTY_SET", (pickle) => made(pickle, { kind: "set", items: [] })),
  pushing("t", "TUPLE", (pickle) => tuple(pickle, popMarked(pickle))),
  pushing(0x85, "TUPLE1", (pickle) => tuple(pickle, popMany(pickle, 1))),
  pushing(0x86, "TUPLE2", (pickle) => tuple(pickle, popMany(pickle, 2))),
  pushing(0x87, "TUPLE3", (pickle) => tuple(pickle, popMany(pickle, 3))),
  pushing(0x91, "FROZENSET", (pickle) => made(pickle, { kind: "set", items: popMarked(pickle) })),
  opcode("a", "APPEND", (pickle) => append(pickle, popMany(pickle, 1))),
  opcode("e", "APPENDS", (pickle) => append(pickle, popMarked(pickle))),
  opcode("s", "SETITEM", (pickle) => setItems(pickle, popMany(pickle, 2))),
  opcode("u", "SETITEMS", (pickle) => setItems(pickle, popMarked(pickle))),
  opcode(0x90, "ADDITEMS", addItems),
  opcode("q", "BINPUT", (pickle) => remember(pickle, uint8(pickle))),
  opcode("r", "LONG_BINPUT", (pickle) => remember(pickle, uint32(pickle))),
  opcode(0x94, "MEMOIZE", (pickle) => remember(pickle, pickle.memo.length)),
  pushing("h", "BINGET", (pickle) => recall(pickle, uint8(pickle))),
  pushing("j", "LONG_BINGET", (pickle) => recall(pickle, uint32(pickle))),
  pushing("c", "GLOBAL", (pickle) => findGlobal(pickle, readLine(pickle), readLine(pickle))),
  pushing(0x93, "STACK_GLOBAL", (pickle) => {
    const [module, name] = popMany(pickle, 2);
    return findGlobal(pickle, module, name);
  }),
  pushing("R", "REDUCE", call),
  pushing(0x81, "NEWOBJ", call),
  pushing("b", "BUILD", (pickle) => {
    const [value, state] = popMany(pickle, 2);
    return pickle.meaning.setState(pickle, value!, state!);
  }),
  pushing("Q", "BINPERSID", (pickle) => made(pickle, pickle.meaning.storage(pickle, popMany(pickle, 1)[0]!))),
]);

/** Names of instructions that exist but are not carried out, for messages. */
const REFUSED: Readonly<Record<string, string>> = {
  i: "INST",
  o: "OBJ",
  P: "PERSID",
  I: "INT",
  L: "LONG",
  F: "FLOAT",
  S: "STRING",
  V: "UNICODE",
  d: "DICT",
  l: "LIST",
  p: "PUT",
  g: "GET",
  2: "DUP",
  "\x82": "EXT1",
  "\x83": "EXT2",
  "\x84": "EXT4",
  "\x92": "NEWOBJ_EX",
  "\x96": "BYTEARRAY8",
  "\x97": "NEXT_BUFFER",
  "\x98": "READONLY_BUFFER",
};

/** What to call an instruction that is not carried out: its name and code. */
export function refusedOpcode(code: number): string {
  return `${REFUSED[String.fromCharCode(code)] ?? "no opcode"} (0x${code.toString(16).padStart(2, "0")})`;
}

function checkProtocol(pickle: Unpickling): void {
  const protocol = uint8(pickle);
  if (protocol < 2 || protocol > 5) fail(pickle, "pickle-opcode", "pickle protocol 2 to 5", protocol);
}

function readLong(pickle: Unpickling, length: number): PickleValue {
  if (length < 0 || length > PICKLE_LIMITS.longBytes) {
    return fail(pickle, "pickle-limit", `whole numbers of at most ${PICKLE_LIMITS.longBytes} bytes`, `${length} bytes`);
  }
  const bytes = takeBytes(pickle, length);
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  if (length > 0 && bytes[length - 1]! & 0x80) value -= 1n << BigInt(8 * length);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function readLine(pickle: Unpickling): string {
  const window = pickle.bytes.subarray(pickle.position, pickle.position + PICKLE_LIMITS.nameLength + 1);
  const length = window.indexOf(0x0a);
  if (length >= 0) return takeBytes(pickle, length + 1).toString("utf8", 0, length);
  takeBytes(pickle, window.length + (window.length <= PICKLE_LIMITS.nameLength ? 1 : 0)); // refuses a pickle that ends here
  return fail(pickle, "pickle-limit", `names of at most ${PICKLE_LIMITS.nameLength} characters`, "a longer one");
}

function findGlobal(pickle: Unpickling, module: PickleValue | undefined, name: PickleValue | undefined): PickleValue {
  if (
    typeof module !== "string" ||
    typeof name !== "string" ||
    module.length + name.length > PICKLE_LIMITS.nameLength
  ) {
    return fail(pickle, "pickle-structure", "a module and a name", `${kindOf(module)} and ${kindOf(name)}`);
  }
  return made(pickle, pickle.meaning.global(pickle, module, name));
}

function call(pickle: Unpickling): PickleValue {
  const [callee, args] = popMany(pickle, 2);
  const items = tupleItems(args);
  if (!isKind(callee!, "global") || !items) {
    return fail(pickle, "pickle-structure", "a class and its arguments", `${kindOf(callee)} and ${kindOf(args)}`);
  }
  const value = pickle.meaning.call(pickle, callee, items);
  return typeof value === "object" && value !== null ? made(pickle, value) : value;
}

/** The lowest height to which values may be taken off: marks protect what is below them. */
function floor(pickle: Unpickling): number {
  return pickle.marks.at(-1) ?? 0;
}

function popOne(pickle: Unpickling): void {
  if (pickle.stack.length > floor(pickle)) pickle.stack.pop();
  else if (pickle.marks.length > 0) pickle.marks.pop();
  else fail(pickle, "pickle-structure", "a value on the stack", "an empty one");
}

function popMany(pickle: Unpickling, count: number): PickleValue[] {
  if (pickle.stack.length - floor(pickle) < count) {
    return fail(pickle, "pickle-structure", `${count} values on the stack`, pickle.stack.length - floor(pickle));
  }
  return pickle.stack.splice(pickle.stack.length - count, count);
}

function popMarked(pickle: Unpickling): PickleValue[] {
  const mark = pickle.marks.pop();
  if (mark === undefined) return fail(pickle, "pickle-structure", "a mark on the stack", "none");
  return pickle.stack.splice(mark);
}

function top(pickle: Unpickling): PickleValue {
  if (pickle.stack.length <= floor(pickle)) return fail(pickle, "pickle-structure", "a value to remember", "none");
  return pickle.stack.at(-1)!;
}

function remember(pickle: Unpickling, index: number): void {
  const limit = pickle.memo.length + PICKLE_LIMITS.memoGap;
  if (index > limit) fail(pickle, "pickle-structure", `a memo number of at most ${limit}`, index);
  pickle.memo[index] = top(pickle);
}

function recall(pickle: Unpickling, index: number): PickleValue {
  const value = pickle.memo[index];
  return value === undefined ? fail(pickle, "pickle-structure", `memo ${index} to be set`, "nothing there") : value;
}

function tuple(pickle: Unpickling, items: PickleValue[]): PickleValue {
  return made(pickle, { kind: "tuple", items });
}

function append(pickle: Unpickling, items: PickleValue[]): void {
  const list = top(pickle);
  if (!Array.isArray(list)) fail(pickle, "pickle-structure", "a list to append to", kindOf(list));
  else for (const item of items) list.push(item);
}

function addItems(pickle: Unpickling): void {
  const items = popMarked(pickle);
  const set = top(pickle);
  if (!isKind(set, "set")) fail(pickle, "pickle-structure", "a set to add to", kindOf(set));
  else for (const item of items) set.items.push(item);
}

function setItems(pickle: Unpickling, items: PickleValue[]): void {
  const dict = top(pickle);
  if (dict instanceof Map) setPairs(pickle, dict, items);
  else fail(pickle, "pickle-structure", "a dictionary to fill", kindOf(dict));
}

/**
 * Puts keys and values, in turn, into a dictionary.
 *
 * @throws CheckpointError `pickle-structure` for an odd number, or a key that is a list, dictionary or set
 */
export function setPairs(pickle: Unpickling, dict: PickleDict, items: readonly PickleValue[]): void {
  if (items.length % 2 !== 0) fail(pickle, "pickle-structure", "keys with values", `${items.length} items`);
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i]!;
    const isHashable = !Array.isArray(key) && !(key instanceof Map) && !isKind(key, "set");
    if (!isHashable) fail(pickle, "pickle-structure", "keys that do not change", kindOf(key));
    dict.set(key, items[i + 1]!);
  }
  charge(pickle, items.length);
}
