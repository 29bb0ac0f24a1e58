import type { DType } from "./dtype";

/** A list; cyclic structures are refused before anyone sees them. */
export interface PickleList extends Array<PickleValue> {}

/** A dictionary, OrderedDict included, in the file's order. */
export interface PickleDict extends Map<PickleValue, PickleValue> {}

/** A tuple or torch.Size. */
export interface PickleTuple {
  readonly kind: "tuple";
  readonly items: readonly PickleValue[];
}

/** A set or frozenset. */
export interface PickleSet {
  readonly kind: "set";
  readonly items: PickleValue[];
}

/** A class, function or constant that the file names; never more than its name. */
export interface PickleGlobal {
  readonly kind: "global";
  /** Module and name, such as `torch.FloatStorage`. */
  readonly name: string;
}

/** An instance of an allowed class, as the arguments and the state that the file gives for it. */
export interface PickleObject {
  readonly kind: "object";
  readonly class: string;
  readonly args: readonly PickleValue[];
  state: PickleValue;
}

/** A storage that a torch file refers to by its key. */
export interface PickleStorage {
  readonly kind: "storage";
  readonly key: string;
  /** Undefined for an untyped storage, whose elements are bytes. */
  readonly dtype: DType | undefined;
  /** Number of elements. */
  readonly length: number;
  /** First element and number of elements, for a storage that is part of another one (legacy files). */
  readonly view?: { readonly offset: number; readonly length: number };
}

/** A tensor as a torch file describes it: a view of a storage. */
export interface PickleTensor {
  readonly kind: "tensor";
  readonly storage: PickleStorage;
  readonly dtype: DType;
  /** First element within the storage, in elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** What a pickle may hold here: plain data only. Integers beyond 2^53 are bigint. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleDict
  | PickleTuple
  | PickleSet
  | PickleGlobal
  | PickleObject
  | PickleStorage
  | PickleTensor;

type Kinds = PickleTuple | PickleSet | PickleGlobal | PickleObject | PickleStorage | PickleTensor;

/** Whether a value is of the kind named. */
export function isKind<K extends Kinds["kind"]>(value: PickleValue, kind: K): value is Extract<Kinds, { kind: K }> {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === kind;
}

/** The items of a tuple, or undefined for anything else. */
export function tupleItems(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  return value !== undefined && isKind(value, "tuple") ? value.items : undefined;
}

/** What a value is, in a word or two, for messages. */
export function kindOf(value: PickleValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (typeof value !== "object") return typeof value === "bigint" ? "a large number" : `a ${typeof value}`;
  if (Array.isArray(value)) return "a list";
  if (value instanceof Map) return "a dictionary";
  if (value instanceof Uint8Array) return "bytes";
  if (value.kind === "global") return value.name;
  return value.kind === "object" ? `a ${value.class}` : `a ${value.kind}`;
}

/** The values directly inside a value. */
export function childrenOf(value: PickleValue): Iterable<PickleValue> {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value.kind === "tuple" || value.kind === "set") return value.items;
  return value.kind === "object" ? [...value.args, value.state] : [];
}
