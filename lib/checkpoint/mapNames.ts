import { CheckpointError } from "../errors";
import type { DType } from "./dtype";
import type { Family, NameRule } from "./families/family";
import { google } from "./families/google";
import { huggingface } from "./families/huggingface";
import { mmseg } from "./families/mmseg";
import { official } from "./families/official";
import { timm } from "./families/timm";
import { describe } from "./fileBytes";
import { stateDict } from "./stateDict";
import type { StoredTensor, TensorFile } from "./tensorFile";

const FAMILIES: readonly Family[] = [official, ...mmseg, timm, huggingface, google];

/** A tensor of the file as (part of) one of the model's. */
export interface MappedPart {
  readonly tensor: StoredTensor;
  /** Axes reordered; the file's own order without it. */
  readonly axes?: readonly number[];
  /** Shape after reordering and merging axes. */
  readonly shape: readonly number[];
}

/** One of the model's tensors, made of one tensor of the file or of three joined along axis 0. */
export interface MappedTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly parts: readonly MappedPart[];
}

/** A tensor left aside, by its name in the file, and why. */
export interface IgnoredTensor {
  readonly name: string;
  readonly reason: string;
}

/** A file's tensors under the model's names; nothing is lost without being named. */
export interface MappedFile {
  readonly file: TensorFile;
  readonly family: Family;
  readonly tensors: ReadonlyMap<string, MappedTensor>;
  readonly ignored: readonly IgnoredTensor[];
  /** Names of tensors that no rule of the family knows. */
  readonly unknown: readonly string[];
  /** Key under which the weights lay (`state_dict`, `model`), if any. */
  readonly wrapper: string | undefined;
  /** Entries beside the weights, such as `optimizer`. */
  readonly leftAside: readonly string[];
  /** Heads per layer, where the layout shows it (Google's does). */
  readonly numHeads: number | undefined;
}

/**
 * Finds out who wrote a checkpoint and gives its tensors the model's names.
 *
 * @param file an opened file of any format
 * @throws CheckpointError `unknown-family`, `state-dict`; `tensor-missing` when a third of a joined tensor is missing;
 *   `duplicate-name` when two tensors of the file become the same one
 */
export function mapNames(file: TensorFile): MappedFile {
  const { tensors: found, wrapper, leftAside } = stateDict(file);
  const names = [...found.keys()];
  const family = FAMILIES.find(({ signature }) => names.some((name) => signature.test(name)));
  if (!family) throw unknownFamily(file, names);
  const parts = new Map<string, { rule: NameRule; tensor: StoredTensor }[]>();
  const ignored: IgnoredTensor[] = [];
  const unknown: string[] = [];
  for (const [name, tensor] of found) {
    const reason = family.ignored.find(({ from }) => from.test(name))?.reason;
    const rule = family.rules.find(({ from }) => from.test(name));
    if (reason !== undefined) ignored.push({ name, reason });
    else if (rule) append(parts, name.replace(rule.from, rule.to), { rule, tensor });
    else unknown.push(name);
  }
  const tensors = new Map([...parts].map(([name, pieces]) => [name, join(file, name, pieces)]));
  const query = found.get("Transformer/encoderblock_0/MultiHeadDotProductAttention_1/query/kernel");
  return { file, family, tensors, ignored, unknown, wrapper, leftAside, numHeads: query?.shape[1] };
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function unknownFamily(file: TensorFile, names: readonly string[]): CheckpointError {
  const known = FAMILIES.map(({ title }) => title).join(", ");
  const found = names.length > 0 ? describe(names.slice(0, 3).join(", ")) : "no tensors";
  return new CheckpointError("unknown-family", `${file.path}: expected weights of one of: ${known}; found ${found}`);
}

function join(file: TensorFile, name: string, pieces: { rule: NameRule; tensor: StoredTensor }[]): MappedTensor {
  const thirds = pieces.some(({ rule }) => rule.part !== undefined);
  const ordered = [...pieces].sort((a, b) => (a.rule.part ?? 0) - (b.rule.part ?? 0));
  const complete = thirds
    ? ordered.length === 3 && ordered.every(({ rule }, i) => rule.part === i)
    : ordered.length === 1;
  if (!complete) {
    const expected = thirds ? "query, key and value, once each" : "one tensor";
    const found = pieces.map(({ tensor }) => tensor.name).join(", ");
    const code = thirds && pieces.length < 3 ? "tensor-missing" : "duplicate-name";
    throw new CheckpointError(code, `${file.path}: ${name}: expected ${expected}, found ${found}`);
  }
  const parts = ordered.map(({ rule, tensor }) => mapPart(file, name, rule, tensor));
  const [first] = parts as [MappedPart];
  const same = parts.every(
    ({ shape, tensor }) => shape.join() === first.shape.join() && tensor.dtype === first.tensor.dtype,
  );
  if (!same) {
    const found = parts.map(({ shape, tensor }) => `${tensor.dtype} [${shape.join(", ")}]`).join(", ");
    throw new CheckpointError(
      "tensor-shape",
      `${file.path}: ${name}: expected query, key and value alike, found ${found}`,
    );
  }
  const shape = [(first.shape[0] ?? 1) * parts.length, ...first.shape.slice(1)];
  return { name, dtype: first.tensor.dtype, shape: parts.length > 1 ? shape : first.shape, parts };
}

function mapPart(file: TensorFile, name: string, rule: NameRule, tensor: StoredTensor): MappedPart {
  const wanted = rule.axes?.length ?? Math.max(rule.mergeFirst ?? 0, rule.mergeLast ?? 0);
  if (rule.axes ? tensor.shape.length !== wanted : tensor.shape.length < wanted) {
    const found = `[${tensor.shape.join(", ")}]`;
    throw new CheckpointError(
      "tensor-shape",
      `${file.path}: ${tensor.name}: expected ${wanted} axes for ${name}, found ${found}`,
    );
  }
  const reordered = rule.axes ? rule.axes.map((axis) => tensor.shape[axis]!) : tensor.shape;
  const shape = mergeAxes(reordered, rule.mergeFirst ?? 1, rule.mergeLast ?? 1);
  return rule.axes ? { tensor, axes: rule.axes, shape } : { tensor, shape };
}

function mergeAxes(shape: readonly number[], first: number, last: number): number[] {
  if (first > 1) return [shape.slice(0, first).reduce((a, b) => a * b, 1), ...shape.slice(first)];
  if (last > 1) return [...shape.slice(0, -last), shape.slice(-last).reduce((a, b) => a * b, 1)];
  return [...shape];
}
