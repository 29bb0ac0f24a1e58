// N tokens, H heads, L layers
import type { NdArray } from "../arrays";
import { AnalysisError } from "../errors";
import type { Matrix, MatrixProduct } from "./matrix";

/** How the heads of a layer become one map. */
export type HeadFusion = "mean" | "max" | "min";

/** Options of attention rollout. */
export interface RolloutOptions {
  /** `mean` by default; `max` and `min` need every head, so capture `A*` for them. */
  readonly headFusion?: HeadFusion;
  /** Weight a of attention against the identity of the residual connection, 0..1; 0.5 by default. */
  readonly attentionWeight?: number;
  /** Share of each layer's smallest attention values set to zero before rows are normalised, 0..1 (not 1); 0 by default. */
  readonly discardRatio?: number;
}

/**
 * Attention rollout of all tokens: R = A'L ... A'2 A'1 with A' = rows of a A + (1 - a) I divided by their sums.
 *
 * @param attentions A1..AL in order, each [1, N, N] (heads averaged) or [1, H, N, N]; row = query
 * @param product multiplies, N x N
 * @returns R [N, N]; row i says how much of each input token has flowed into token i; rows sum to 1
 * @throws AnalysisError `attention-shape`, `attention-weight`, `discard-ratio`, `head-fusion`
 * Source: Abnar and Zuidema, arXiv 2005.00928, equation 1. Rows are normalised after fusing and discarding.
 */
export async function rollout(
  attentions: readonly NdArray[],
  product: MatrixProduct,
  options: RolloutOptions = {},
): Promise<NdArray> {
  const tokens = checkAttentions(attentions);
  checkOptions(options);
  const matrixOf = (attention: NdArray): Matrix => {
    return { rows: tokens, columns: tokens, data: layerMatrix(attention, tokens, options) };
  };
  let result = matrixOf(attentions[0] as NdArray);
  for (const attention of attentions.slice(1)) result = await product(matrixOf(attention), result);
  return { shape: [tokens, tokens], data: result.data };
}

/**
 * Attention rollout of one token or the mean of several, without the full product: a row is carried down from the last layer.
 *
 * @param attentions as for `rollout`
 * @param token index of the token, the class token (if any) at 0; or indices, whose rows are averaged
 * @returns N values that sum to 1
 * @throws AnalysisError as `rollout`; `token`
 */
export function rolloutRow(
  attentions: readonly NdArray[],
  token: number | readonly number[],
  options: RolloutOptions = {},
): Float32Array {
  return rolloutRows(attentions, [[token].flat()], options)[0]!;
}

/**
 * Attention rollout of several groups of tokens, each the mean of its rows; every layer is prepared once for all groups.
 *
 * @param groups indices of tokens, the class token (if any) at 0
 * @returns for each group, N values that sum to 1
 * @throws AnalysisError as `rolloutRow`
 */
export function rolloutRows(
  attentions: readonly NdArray[],
  groups: readonly (readonly number[])[],
  options: RolloutOptions = {},
): Float32Array[] {
  const tokens = checkAttentions(attentions);
  checkOptions(options);
  const last = layerMatrix(attentions[attentions.length - 1] as NdArray, tokens, options);
  let rows = groups.map((group) => meanRow(last, group, tokens));
  for (let layer = attentions.length - 2; layer >= 0; layer--) {
    const matrix = layerMatrix(attentions[layer] as NdArray, tokens, options);
    rows = rows.map((row) => rowTimesMatrix(row, matrix, tokens));
  }
  return rows;
}

/**
 * The mean of some rows of a square matrix.
 *
 * @throws AnalysisError `token` when there are none or one is outside
 */
export function meanRow(matrix: Float32Array, rows: readonly number[], tokens: number): Float32Array {
  const outside = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= tokens);
  if (outside !== undefined || rows.length === 0) {
    const found = outside ?? "none";
    throw new AnalysisError("token", `token: expected a whole number from 0 to ${tokens - 1}, found ${found}`);
  }
  const sums = new Float64Array(tokens);
  for (const row of rows) {
    for (let j = 0; j < tokens; j++) sums[j] = sums[j]! + matrix[row * tokens + j]!;
  }
  return Float32Array.from(sums, (sum) => sum / rows.length);
}

function checkAttentions(attentions: readonly NdArray[]): number {
  const tokens = attentions[0]?.shape.at(-1) ?? 0;
  for (const { shape } of attentions) {
    const square = shape.at(-1) === tokens && shape.at(-2) === tokens;
    if (square && tokens > 0 && shape[0] === 1 && (shape.length === 3 || shape.length === 4)) continue;
    throw new AnalysisError(
      "attention-shape",
      `attention: expected [1, N, N] or [1, H, N, N] with the same N in every layer, found [${shape.join(", ")}]`,
    );
  }
  if (attentions.length === 0) {
    throw new AnalysisError("attention-shape", "attention: expected the maps of at least one layer, found none");
  }
  return tokens;
}

function checkOptions({ attentionWeight = 0.5, discardRatio = 0, headFusion = "mean" }: RolloutOptions): void {
  if (!(attentionWeight >= 0 && attentionWeight <= 1)) {
    throw new AnalysisError("attention-weight", `attentionWeight: expected 0 to 1, found ${attentionWeight}`);
  }
  if (!(discardRatio >= 0 && discardRatio < 1)) {
    throw new AnalysisError("discard-ratio", `discardRatio: expected 0 up to, not including, 1, found ${discardRatio}`);
  }
  if (!["mean", "max", "min"].includes(headFusion)) {
    throw new AnalysisError("head-fusion", `headFusion: expected mean, max or min, found ${headFusion}`);
  }
}

/** A' of one layer: heads fused, small values discarded, identity added, rows normalised. */
function layerMatrix(attention: NdArray, tokens: number, options: RolloutOptions): Float32Array {
  const { attentionWeight = 0.5, discardRatio = 0, headFusion = "mean" } = options;
  const matrix = fuseHeads(attention, headFusion);
  if (discardRatio > 0) discardSmallest(matrix, discardRatio);
  for (let i = 0; i < tokens; i++) {
    const row = matrix.subarray(i * tokens, (i + 1) * tokens);
    let sum = 0;
    for (let j = 0; j < tokens; j++) {
      const value = attentionWeight * (row[j] as number) + (i === j ? 1 - attentionWeight : 0);
      row[j] = value;
      sum += value;
    }
    if (sum > 0) for (let j = 0; j < tokens; j++) row[j] = (row[j] as number) / sum;
    else row[i] = 1; // everything was discarded: the token keeps to itself
  }
  return matrix;
}

/**
 * One map per layer from the maps of its heads.
 *
 * @param attention [1, N, N], returned as a copy, or [1, H, N, N]
 * @returns N x N values, row-major
 * @throws AnalysisError `head-fusion` when heads were already averaged and another fusion is asked for
 */
export function fuseHeads({ shape, data }: NdArray, fusion: HeadFusion): Float32Array {
  if (shape.length === 3) {
    if (fusion === "mean") return data.slice();
    throw new AnalysisError("head-fusion", `headFusion ${fusion}: expected every head (capture A*), found head means`);
  }
  const heads = shape[1] as number;
  const size = data.length / heads;
  const fused = data.slice(0, size);
  for (let head = 1; head < heads; head++) {
    const values = data.subarray(head * size, (head + 1) * size);
    if (fusion === "mean") for (let i = 0; i < size; i++) fused[i] = (fused[i] as number) + (values[i] as number);
    else if (fusion === "max")
      for (let i = 0; i < size; i++) fused[i] = Math.max(fused[i] as number, values[i] as number);
    else for (let i = 0; i < size; i++) fused[i] = Math.min(fused[i] as number, values[i] as number);
  }
  if (fusion === "mean") for (let i = 0; i < size; i++) fused[i] = (fused[i] as number) / heads;
  return fused;
}

function discardSmallest(matrix: Float32Array, ratio: number): void {
  const count = Math.floor(matrix.length * ratio);
  if (count === 0) return;
  const threshold = Float32Array.from(matrix).sort()[count - 1] as number;
  for (let i = 0; i < matrix.length; i++) if ((matrix[i] as number) <= threshold) matrix[i] = 0;
}

function rowTimesMatrix(row: Float32Array, matrix: Float32Array, tokens: number): Float32Array {
  const result = new Float64Array(tokens);
  for (let k = 0; k < tokens; k++) {
    const factor = row[k] as number;
    const offset = k * tokens;
    for (let j = 0; j < tokens; j++) result[j] = (result[j] as number) + factor * (matrix[offset + j] as number);
  }
  return Float32Array.from(result);
}
