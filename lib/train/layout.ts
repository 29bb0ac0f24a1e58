// P all trainable values, as one vector
import { type NdArray, sizeOf } from "../arrays";
import { initialValues } from "../checkpoint/initialise";

/** One tensor and where its values lie in the vector of its kind. */
export interface LayoutEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** All tensors of a training: those that are learned, and the running statistics of batch normalisations. */
export interface Layout {
  readonly trainable: readonly LayoutEntry[];
  /** Each mean followed by its variance, in order of use. */
  readonly statistics: readonly LayoutEntry[];
}

/** Lays out tensors one after the other, statistics apart from learned values. */
export function layoutOf(shapes: ReadonlyMap<string, readonly number[]>): Layout {
  const isStatistic = ([name]: [string, unknown]) => /\.running_(mean|var)$/.test(name);
  const all = [...shapes];
  return { trainable: inARow(all.filter((entry) => !isStatistic(entry))), statistics: inARow(all.filter(isStatistic)) };
}

function inARow(shapes: readonly [string, readonly number[]][]): LayoutEntry[] {
  let offset = 0;
  return shapes.map(([name, shape]) => {
    const entry = { name, shape, offset, size: sizeOf(shape) };
    offset += entry.size;
    return entry;
  });
}

/** Number of values of a vector with these entries. */
export function lengthOf(entries: readonly LayoutEntry[]): number {
  return entries.reduce((length, { size }) => length + size, 0);
}

/**
 * The vector of these entries, from given values where there are some, seeded random ones elsewhere.
 *
 * @param given tensors by name, of the right shape
 */
export function initialVector(
  entries: readonly LayoutEntry[],
  seed: number,
  given: ReadonlyMap<string, NdArray>,
): Float32Array {
  const vector = new Float32Array(lengthOf(entries));
  for (const { name, offset, size } of entries) {
    vector.set(given.get(name)?.data ?? initialValues(name, size, seed), offset);
  }
  return vector;
}

/**
 * Which values weight decay applies to: matrices and kernels, but neither biases, norms nor embeddings.
 *
 * @returns 1 or 0 for each value, [P]
 */
export function decayMask(entries: readonly LayoutEntry[]): Float32Array {
  const mask = new Float32Array(lengthOf(entries));
  for (const { name, shape, offset, size } of entries) {
    const embedding = name === "backbone.pos_embed" || name === "backbone.cls_token";
    if (shape.length > 1 && !embedding) mask.fill(1, offset, offset + size);
  }
  return mask;
}

/** One entry's values out of its vector; shares the memory. */
export function valuesOf({ shape, offset, size }: LayoutEntry, vector: Float32Array): NdArray {
  return { shape, data: vector.subarray(offset, offset + size) };
}
