import { CheckpointError } from "../errors";
import { describe } from "./fileBytes";
import type { PickleGlobal, PickleStorage, PickleValue } from "./pickleValue";

/** Bounds on a pickle; a checkpoint of 400 tensors with its optimizer stays below a tenth of each. */
export const PICKLE_LIMITS = {
  /** Length of the pickle itself. */
  bytes: 32 << 20,
  /** Opcodes carried out, and items copied. */
  steps: 1_000_000,
  /** Lists, dictionaries, tuples, objects and byte strings made. */
  objects: 200_000,
  /** Deepest nesting. */
  depth: 100,
  /** Numbers left out between remembered values; writers leave out none, or the first. */
  memoGap: 64,
  /** Bytes of one whole number. */
  longBytes: 32,
  /** Characters of the name of a module, class or function. */
  nameLength: 256,
} as const;

/** What the names in a pickle mean: the only way by which a pickle gets anything but plain data. */
export interface PickleMeaning {
  /** Accepts a class or function by returning its name, or refuses it. */
  global(pickle: Unpickling, module: string, name: string): PickleGlobal;
  /** The value of calling an accepted function or class. */
  call(pickle: Unpickling, callee: PickleGlobal, args: readonly PickleValue[]): PickleValue;
  /** The value after its state was given. */
  setState(pickle: Unpickling, value: PickleValue, state: PickleValue): PickleValue;
  /** The storage that a persistent id stands for. */
  storage(pickle: Unpickling, id: PickleValue): PickleStorage;
}

/** A pickle being read: the stack machine's whole state. */
export interface Unpickling {
  /** The file, for messages. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly meaning: PickleMeaning;
  position: number;
  stack: PickleValue[];
  /** Heights of the stack at which marks lie. */
  readonly marks: number[];
  /** Values put aside, by number. */
  readonly memo: PickleValue[];
  steps: number;
  objects: number;
}

/** Refuses the pickle: code, expected, found; the message says at which byte. */
export function fail(pickle: Unpickling, code: string, expected: string, found: unknown): never {
  const place = `pickle byte ${pickle.position}`;
  throw new CheckpointError(code, `${pickle.path}: ${place}: expected ${expected}, found ${describe(found)}`);
}

/** The next bytes of the pickle. */
export function takeBytes(pickle: Unpickling, length: number): Buffer {
  const end = pickle.position + length;
  if (end > PICKLE_LIMITS.bytes) {
    return fail(pickle, "pickle-limit", `a pickle of at most ${PICKLE_LIMITS.bytes} bytes`, `${length} more bytes`);
  }
  if (end > pickle.bytes.length) {
    return fail(pickle, "pickle-truncated", `${length} more bytes`, `${pickle.bytes.length - pickle.position}`);
  }
  const taken = pickle.bytes.subarray(pickle.position, end);
  pickle.position = end;
  return taken;
}

/** The next byte of the pickle. */
export function takeByte(pickle: Unpickling): number {
  const byte = pickle.bytes[pickle.position];
  if (byte === undefined || pickle.position >= PICKLE_LIMITS.bytes) return takeBytes(pickle, 1)[0]!; // refuses
  pickle.position++;
  return byte;
}

/** Counts work done against its bound. */
export function charge(pickle: Unpickling, steps: number): void {
  pickle.steps += steps;
  if (pickle.steps > PICKLE_LIMITS.steps) {
    fail(pickle, "pickle-limit", `at most ${PICKLE_LIMITS.steps} steps`, "more");
  }
}

/** Counts a newly made object against its bound and returns it. */
export function made<T extends PickleValue>(pickle: Unpickling, value: T): T {
  if (++pickle.objects > PICKLE_LIMITS.objects) {
    fail(pickle, "pickle-limit", `at most ${PICKLE_LIMITS.objects} objects`, "more");
  }
  return value;
}
