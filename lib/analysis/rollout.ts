// N tokens, H heads, L layers
import type { NdArray } from "../arrays";
import { AnalysisError } from "../errors";
import { smallest } from "./smallest";

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
 * Computes R = A'L ... A'2 A'1 with A' = rows of a A + (1 - a) I divided by their sums: rollouts leave their products to an
 * engine.
 *
 * @param layers A1..AL in order, N x N values each, row-major; no row of a A + (1 - a) I has the sum 0
 * @param tokens N
 * @param attentionWeight a, 0..1
 * @returns N x N values
 */
export type RolloutProduct = (
  layers: Iterable<Float32Array>,
  tokens: number,
  attentionWeight: number,
) => Promise<Float32Array>;

/**
 * Attention rollout of all tokens: R = A'L ... A'2 A'1 with A' = rows of a A + (1 - a) I divided by their sums.
 *
 * @param attentions A1..AL in order, each [1, N, N] (heads averaged) or [1, H, N, N]; row = query
 * @param product see {@link RolloutProduct}
 * @returns R [N, N]; row i says how much of each input token has flowed into token i; rows sum to 1
 * @throws AnalysisError `attention-shape`, `attention-weight`, `discard-ratio`, `head-fusion`
 * Source: Abnar and Zuidema, arXiv 2005.00928, equation 1. Rows are normalised after fusing and discarding.
 */
export async function rollout(
  attentions: readonly NdArray[],
  product: RolloutProduct,
  options: RolloutOptions = {},
): Promise<NdArray> {
  const tokens = checkAttentions(attentions);
  checkOptions(options);
  const data = await product(fusedLayers(attentions, tokens, options), tokens, options.attentionWeight ?? 0.5);
  return { shape: [tokens, tokens], data };
}

/**
 * The number N of tokens of all layers.
 *
 * @throws AnalysisError `attention-shape`
 */
export function checkAttentions(attentions: readonly NdArray[]): number {
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

/**
 * Checks the options of a rollout.
 *
 * @throws AnalysisError `attention-weight`, `discard-ratio`, `head-fusion`
 */
export function checkOptions({ attentionWeight = 0.5, discardRatio = 0, headFusion = "mean" }: RolloutOptions): void {
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

/** Layer by layer A with heads fused and small values discarded, made when it is asked for. */
function* fusedLayers(
  attentions: readonly NdArray[],
  tokens: number,
  options: RolloutOptions,
): Generator<Float32Array> {
  for (const attention of attentions) {
    const fused = fusedLayer(attention, options);
    yield options.attentionWeight === 1 ? withoutEmptyRows(fused, tokens) : fused;
  }
}

/** A token that attends to nothing keeps to itself: without a residual connection, its row would have the sum 0. */
function withoutEmptyRows(matrix: Float32Array, tokens: number): Float32Array {
  const result = matrix.slice();
  for (let i = 0; i < tokens; i++) {
    if (total(matrix.subarray(i * tokens, (i + 1) * tokens)) === 0) result[i * tokens + i] = 1;
  }
  return result;
}

/** The sum of some values. */
export function total(values: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < values.length; j++) sum += values[j]!;
  return sum;
}

/** A of one layer: heads fused and small values discarded; not always a copy, so not to be changed. */
export function fusedLayer(
  attention: NdArray,
  { headFusion = "mean", discardRatio = 0 }: RolloutOptions,
): Float32Array {
  if (attention.shape.length === 3 && headFusion === "mean" && discardRatio === 0) return attention.data;
  const matrix = fuseHeads(attention, headFusion);
  if (discardRatio > 0) discardSmallest(matrix, discardRatio);
  return matrix;
}

/**
 * One map per layer from the maps of its heads.
 *
 * @param attention [1, N, N], returned as a copy, or [1, H, N, N]
 * @returns N x N values, row-major
 * @throws AnalysisError `head-fusion` when heads were already averaged and another fusion is asked for
 */
function fuseHeads({ shape, data }: NdArray, fusion: HeadFusion): Float32Array {
  if (shape.length === 3) {
    if (fusion === "mean") return data.slice();
    throw new AnalysisError("head-fusion", `headFusion ${fusion}: expected every head (capture A*), found head means`);
  }
  const heads = shape[1] as number;
  const size = data.length / heads;
  if (fusion === "mean") return meanOfHeads(data, size, heads);
  const fused = data.slice(0, size);
  const chosen = fusion === "max" ? Math.max : Math.min;
  for (let head = 1; head < heads; head++) {
    const offset = head * size;
    for (let i = 0; i < size; i++) fused[i] = chosen(fused[i]!, data[offset + i]!);
  }
  return fused;
}

function meanOfHeads(data: Float32Array, size: number, heads: number): Float32Array {
  const mean = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    // In single precision, as the engine sums them: the same bits as a mean that was captured.
    for (let at = i; at < data.length; at += size) sum = Math.fround(sum + data[at]!);
    mean[i] = sum / heads;
  }
  return mean;
}

function discardSmallest(matrix: Float32Array, ratio: number): void {
  const count = Math.floor(matrix.length * ratio);
  if (count === 0) return;
  const threshold = smallest(matrix, count);
  for (let i = 0; i < matrix.length; i++) if (matrix[i]! <= threshold) matrix[i] = 0;
}
