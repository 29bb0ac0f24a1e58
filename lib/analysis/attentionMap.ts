// h x w patch grid, N tokens, L layers
import type { Grid, NdArray, Point } from "../arrays";
import { AnalysisError } from "../errors";
import type { GridSize } from "../model/config";
import { patchIndices } from "./points";
import { aboveAverage } from "./relative";
import { relevanceRow } from "./relevance";
import { fusedLayer, type RolloutOptions } from "./rollout";
import { rolloutRows, rolloutRowsAfter } from "./rolloutRows";

/** What an attention map shows of its point. */
export const ATTENTION_METHODS = ["rollout", "attention-to", "attention-from", "gradient"] as const;

/**
 * `rollout`: what has flowed into the point through all layers (the supplement's "recursion perspective");
 * `attention-to`: what the point looks at in one layer (its row); `attention-from`: who looks at it (its column);
 * `gradient`: what of it mattered to a score that was differentiated (Chefer, Gur and Wolf, ICCV 2021).
 */
export type AttentionMethod = (typeof ATTENTION_METHODS)[number];

/** Options of an attention map. */
export interface AttentionMapOptions extends RolloutOptions {
  /** `rollout` by default. */
  readonly method?: AttentionMethod;
  /** Layer 1..L of `attention-to` and `attention-from` (the last by default); for `rollout`, the layer up to which it runs. */
  readonly layer?: number;
  /** One head, 0-based, for `attention-to` and `attention-from`; all heads fused by default. */
  readonly head?: number;
  /**
   * What the point has more of than the average point: each value is divided by the mean over all points, less 1, at
   * least 0. It takes out the few patches that every point looks at. False by default, as in the paper.
   */
  readonly relative?: boolean;
}

/**
 * The attention map of one patch over the patch grid, or the mean map of several.
 *
 * @param attentions A1..AL in order, each [1, N, N] (heads averaged) or [1, H, N, N]; row = query; for `gradient`,
 *   A1.gradient..AL.gradient
 * @param grid rows and columns of the patch grid; N is h w, or h w + 1 with the class token first
 * @param points the picked patch, or the patches of a region
 * @returns h x w values, the class token left out at the end
 * @throws AnalysisError `point` off the grid or none, `layer`, `head`, `method`, `relative`, `attention-shape`, and as `rollout`
 * Source: SETR supplement, Figures 2 and 4; for the raw maps, the authors' answer in their issue 31 (take the row).
 */
export function attentionMap(
  attentions: readonly NdArray[],
  grid: GridSize,
  points: Point | readonly Point[],
  options: AttentionMapOptions = {},
): Grid {
  const first = leadingTokens(attentions, grid);
  const { method = "rollout", relative = false } = options;
  if (relative && method === "gradient") {
    throw new AnalysisError("relative", "relative: expected rollout, attention-to or attention-from, found gradient");
  }
  const layers = layersUpTo(attentions, options.layer);
  const values = methodValues(layers, tokenGroups(grid, points, first, relative), method, options);
  return mapOf(values, grid);
}

/**
 * The rollout of a patch, or the mean of several, after each of some layers: `attentionMap` with these for `layer`.
 *
 * @param layers each 1..L
 * @throws AnalysisError as `attentionMap`
 */
export function rolloutMaps(
  attentions: readonly NdArray[],
  grid: GridSize,
  points: Point | readonly Point[],
  layers: readonly number[],
  { relative = false, ...options }: RolloutOptions & Pick<AttentionMapOptions, "relative"> = {},
): Grid[] {
  const groups = tokenGroups(grid, points, leadingTokens(attentions, grid), relative);
  for (const layer of layers) layersUpTo(attentions, layer);
  return rolloutRowsAfter(attentions, layers, groups, options).map((rows) => mapOf(rows, grid));
}

/** The tokens of the picked patches, and for a relative map those of all patches. */
function tokenGroups(grid: GridSize, points: Point | readonly Point[], first: number, relative: boolean): number[][] {
  const picked = patchIndices(points, grid).map((patch) => first + patch);
  const all = () => Array.from({ length: grid.height * grid.width }, (_, patch) => first + patch);
  return relative ? [picked, all()] : [picked];
}

/** The map of N values per group: the picked one's, in proportion to that of all where there is one. */
function mapOf(values: readonly Float32Array[], { height, width }: GridSize): Grid {
  const [own, average] = values.map((row) => row.slice(-height * width)) as [Float32Array, Float32Array?];
  return { height, width, data: average ? aboveAverage(own, average) : own };
}

function methodValues(
  attentions: readonly NdArray[],
  groups: readonly (readonly number[])[],
  method: AttentionMethod,
  options: AttentionMapOptions,
): Float32Array[] {
  if (method === "rollout" || method === "gradient") {
    checkNoHead(method, options);
    if (method === "rollout") return rolloutRows(attentions, groups, options);
    return groups.map((tokens) => relevanceRow(attentions, tokens));
  }
  checkMethod(method);
  const matrix = layerMap(attentions.at(-1)!, options);
  const count = Math.sqrt(matrix.length);
  return groups.map((tokens) => (method === "attention-to" ? meanRow : meanColumn)(matrix, tokens, count));
}

/**
 * Checks that there is such a method.
 *
 * @throws AnalysisError `method`
 */
export function checkMethod(method: string, known: readonly string[] = ATTENTION_METHODS): void {
  if (known.includes(method)) return;
  throw new AnalysisError("method", `method: expected one of ${known.join(", ")}, found ${method}`);
}

/**
 * Checks that no head is asked for.
 *
 * @throws AnalysisError `head`
 */
export function checkNoHead(method: AttentionMethod, { head }: AttentionMapOptions): void {
  if (head === undefined) return;
  throw new AnalysisError("head", `head: expected none with ${method}, which fuses all heads`);
}

/** The mean of some rows of a square matrix. */
export function meanRow(matrix: Float32Array, rows: readonly number[], count: number): Float32Array {
  const sums = new Float64Array(count);
  for (const row of rows) {
    for (let j = 0; j < count; j++) sums[j] = sums[j]! + matrix[row * count + j]!;
  }
  const means = new Float32Array(count);
  for (let j = 0; j < count; j++) means[j] = sums[j]! / rows.length;
  return means;
}

function meanColumn(matrix: Float32Array, columns: readonly number[], count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, row) => {
    const sum = columns.reduce((total, column) => total + matrix[row * count + column]!, 0);
    return sum / columns.length;
  });
}

/**
 * One head of a layer, or all fused.
 *
 * @returns N x N values, row-major; of one head not a copy, so not to be changed
 * @throws AnalysisError `head`, `head-fusion`
 */
export function layerMap(attention: NdArray, { head, headFusion = "mean" }: AttentionMapOptions): Float32Array {
  if (head === undefined) return fusedLayer(attention, { headFusion });
  const heads = attention.shape.length === 4 ? (attention.shape[1] as number) : 0;
  if (heads === 0) {
    throw new AnalysisError("head", `head ${head}: expected every head (capture A*), found head means`);
  }
  if (!Number.isInteger(head) || head < 0 || head >= heads) {
    throw new AnalysisError("head", `head: expected a whole number from 0 to ${heads - 1}, found ${head}`);
  }
  const size = attention.data.length / heads;
  return attention.data.subarray(head * size, (head + 1) * size);
}

/**
 * How many tokens stand before the patches: 1 with a class token, else 0.
 *
 * @throws AnalysisError `attention-shape`
 */
export function leadingTokens(attentions: readonly NdArray[], grid: GridSize): number {
  const patches = grid.height * grid.width;
  const extra = (attentions[0]?.shape.at(-1) ?? 0) - patches;
  if (extra === 0 || extra === 1) return extra;
  throw new AnalysisError(
    "attention-shape",
    `attention: expected ${patches} or ${patches + 1} tokens for a ${grid.height}x${grid.width} grid, found ${patches + extra}`,
  );
}

/**
 * The layers up to one.
 *
 * @param layer 1..L, the last by default
 * @throws AnalysisError `layer`
 */
export function layersUpTo(attentions: readonly NdArray[], layer = attentions.length): readonly NdArray[] {
  if (Number.isInteger(layer) && layer >= 1 && layer <= attentions.length) return attentions.slice(0, layer);
  throw new AnalysisError("layer", `layer: expected a whole number from 1 to ${attentions.length}, found ${layer}`);
}
