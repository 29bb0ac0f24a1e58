// h x w patch grid, N tokens, L layers
import type { Grid, NdArray, Point } from "../arrays";
import { AnalysisError } from "../errors";
import { relevanceRow } from "./relevance";
import { fuseHeads, type HeadFusion, meanRow, type RolloutOptions, rolloutRow } from "./rollout";

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
 * @throws AnalysisError `point` off the grid, `layer`, `head`, `method`, `relative`, `attention-shape`, and as `rollout`
 * Source: SETR supplement, Figures 2 and 4; for the raw maps, the authors' answer in their issue 31 (take the row).
 */
export function attentionMap(
  attentions: readonly NdArray[],
  grid: { readonly height: number; readonly width: number },
  points: Point | readonly Point[],
  options: AttentionMapOptions = {},
): Grid {
  const tokens = [points].flat().map((point) => tokenOf(attentions, grid, point));
  const method = options.method ?? "rollout";
  const layer = checkLayer(options.layer ?? attentions.length, attentions.length);
  const patches = grid.height * grid.width;
  const layers = attentions.slice(0, layer);
  const mapOf = (wanted: readonly number[]) => methodValues(layers, wanted, method, options).slice(-patches);
  const data = mapOf(tokens);
  if (options.relative) {
    if (method === "gradient") {
      throw new AnalysisError("relative", "relative: expected rollout, attention-to or attention-from, found gradient");
    }
    const first = attentions[0]!.shape.at(-1)! - patches;
    const average = mapOf(Array.from({ length: patches }, (_, i) => first + i));
    average.forEach((mean, i) => {
      data[i] = mean > 0 ? Math.max(0, data[i]! / mean - 1) : 0;
    });
  }
  return { height: grid.height, width: grid.width, data };
}

function methodValues(
  attentions: readonly NdArray[],
  tokens: readonly number[],
  method: AttentionMethod,
  options: AttentionMapOptions,
): Float32Array {
  if (method === "rollout" || method === "gradient") {
    if (options.head === undefined) {
      return method === "rollout" ? rolloutRow(attentions, tokens, options) : relevanceRow(attentions, tokens);
    }
    throw new AnalysisError("head", `head: expected none with ${method}, which fuses all heads`);
  }
  const matrix = oneMap(attentions[attentions.length - 1] as NdArray, options.head, options.headFusion ?? "mean");
  const count = Math.sqrt(matrix.length);
  if (method === "attention-to") return meanRow(matrix, tokens, count);
  if (method === "attention-from") return meanColumn(matrix, tokens, count);
  throw new AnalysisError("method", `method: expected one of ${ATTENTION_METHODS.join(", ")}, found ${method}`);
}

function meanColumn(matrix: Float32Array, columns: readonly number[], count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, row) => {
    const sum = columns.reduce((total, column) => total + matrix[row * count + column]!, 0);
    return sum / columns.length;
  });
}

function oneMap(attention: NdArray, head: number | undefined, fusion: HeadFusion): Float32Array {
  if (head === undefined) return fuseHeads(attention, fusion);
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

function tokenOf(attentions: readonly NdArray[], grid: { height: number; width: number }, point: Point): number {
  const patches = grid.height * grid.width;
  const extra = (attentions[0]?.shape.at(-1) ?? 0) - patches;
  if (extra !== 0 && extra !== 1) {
    throw new AnalysisError(
      "attention-shape",
      `attention: expected ${patches} or ${patches + 1} tokens for a ${grid.height}x${grid.width} grid, found ${patches + extra}`,
    );
  }
  const inside = (value: number, length: number) => Number.isInteger(value) && value >= 0 && value < length;
  if (!inside(point.row, grid.height) || !inside(point.col, grid.width)) {
    throw new AnalysisError(
      "point",
      `point: expected row 0 to ${grid.height - 1} and col 0 to ${grid.width - 1}, found row ${point.row}, col ${point.col}`,
    );
  }
  return point.row * grid.width + point.col + extra;
}

function checkLayer(layer: number, depth: number): number {
  if (Number.isInteger(layer) && layer >= 1 && layer <= depth) return layer;
  throw new AnalysisError("layer", `layer: expected a whole number from 1 to ${depth}, found ${layer}`);
}
