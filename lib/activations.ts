import { type AttentionMapOptions, attentionMap, layersUpTo } from "./analysis/attentionMap";
import { type AttentionMaps, attentionMaps } from "./analysis/attentionMaps";
import { relevanceRow } from "./analysis/relevance";
import { type RolloutOptions, rollout } from "./analysis/rollout";
import { positionSimilarity } from "./analysis/similarity";
import type { Grid, NdArray, Point } from "./arrays";
import { cosineProduct } from "./engine/cosineProduct";
import { rolloutProduct } from "./engine/rolloutProduct";
import { CaptureError } from "./errors";
import type { Photo } from "./image/photo";
import { activationNames, expandNames } from "./model/activationNames";
import { gridSize, hasClassToken, patchCount, type SetrConfig } from "./model/config";
import { type Region, regionTokens } from "./region";
import type { Run, Setr } from "./setr";

/** Analyses that can be asked for like captured values. */
const ANALYSES = ["rollout", "position_similarity"] as const;

/** Every name that `activations` understands for this model. */
export function captureNames(config: SetrConfig): string[] {
  return [...activationNames(config), ...ANALYSES];
}

/**
 * Captured values and analyses under one roof.
 *
 * @param model an opened model
 * @param input a photo at the model's size or normalised pixels [1, 3, imageHeight, imageWidth]
 * @param patterns names of `captureNames`, with `*` for anything but a dot
 * @returns arrays by name; `rollout` [N, N] with heads averaged, `position_similarity` [P, P]
 * @throws CaptureError `unknown-capture`
 */
export async function activations(
  model: Setr,
  input: Photo | NdArray,
  patterns: readonly string[],
): Promise<Map<string, NdArray>> {
  const names = expandNames(patterns, captureNames(model.config));
  const means = Array.from({ length: model.config.depth }, (_, i) => `A${i + 1}.mean`);
  const captured = names.filter((name) => !ANALYSES.some((analysis) => analysis === name));
  const wanted = new Set(names.includes("rollout") ? [...captured, ...means] : captured);
  const run = wanted.size > 0 ? await model.run(input, { capture: [...wanted] }) : undefined;
  const values = new Map<string, NdArray>();
  for (const name of names) {
    if (name === "position_similarity") values.set(name, await similarityOf(model));
    else values.set(name, name === "rollout" ? await rolloutOf(run as Run) : (run as Run).get(name));
  }
  return values;
}

/**
 * Attention rollout of all tokens of a run, R [N, N]: row i says how much of each input token has flowed into token i.
 *
 * @param run captured with `A*.mean`, or `A*` for other fusions than the mean
 * @param layer up to which it runs, 1..L; the last by default
 * @throws CaptureError `not-captured`; AnalysisError `layer`, and as `rollout` of lib/analysis
 * Source: Abnar and Zuidema, arXiv 2005.00928, equation 1.
 */
export async function rolloutOf(run: Run, options: RolloutOptions = {}, layer = run.config.depth): Promise<NdArray> {
  return rollout(layersUpTo(capturedAttention(run), layer), rolloutProduct, options);
}

/**
 * Cosine similarity of a model's position embeddings at the grid in use, [P, P].
 *
 * @param model an opened model, or anything with position embeddings [1, N, C] and their configuration
 */
export function similarityOf(model: Pick<Setr, "posEmbed" | "config">): Promise<NdArray> {
  return positionSimilarity(model.posEmbed, patchCount(model.config), cosineProduct);
}

/**
 * The attention map of one patch, or the mean map of several, from a run's captured attention.
 *
 * @param run captured with `A*.mean`, or `A*` for single heads and other fusions than the mean; for the method `gradient`,
 *   run with `gradientOf`
 * @throws CaptureError `not-captured` when a layer's attention is missing; AnalysisError as `attentionMap`
 */
export function attentionMapOf(run: Run, points: Point | readonly Point[], options: AttentionMapOptions = {}): Grid {
  const { config } = run;
  const attentions = options.method === "gradient" ? capturedGradients(run) : capturedAttention(run);
  return attentionMap(attentions, gridSize(config), points, options);
}

/**
 * The attention maps of all patches of a run, computed at once by matrix products, from which that of any patch, or of
 * several, is there in less than a millisecond; each is what `attentionMap` gives.
 *
 * @param run captured with `A*.mean`, or `A*` for single heads and other fusions than the mean
 * @param options as for `attentionMap`, of any method but `gradient`, which needs a pass for each point
 * @throws CaptureError `not-captured`; AnalysisError `method` for `gradient`, and as `attentionMap`
 */
export async function attentionMapsOf(run: Run, options: AttentionMapOptions = {}): Promise<AttentionMaps> {
  return attentionMaps(capturedAttention(run), gridSize(run.config), rolloutProduct, options);
}

/** Attention of all layers, every head where it was captured, else the mean over heads. */
export function capturedAttention(run: Run): NdArray[] {
  return Array.from({ length: run.config.depth }, (_, i) => {
    const attention = run.values.get(`A${i + 1}`) ?? run.values.get(`A${i + 1}.mean`);
    if (attention) return attention;
    throw new CaptureError(
      "not-captured",
      `A${i + 1}: expected every layer's attention, found none; capture "A*.mean"`,
    );
  });
}

function capturedGradients(run: Run): NdArray[] {
  return Array.from({ length: run.config.depth }, (_, i) => {
    const gradient = run.values.get(`A${i + 1}.gradient`);
    if (gradient) return gradient;
    throw new CaptureError(
      "not-captured",
      `A${i + 1}.gradient: expected it in the run, found none; run with gradientOf`,
    );
  });
}

/**
 * The mean attention map of the patches that a region touches; see `attentionMap`.
 *
 * @param run as `attentionMap` takes it
 * @param region e.g. a segment
 * @throws CaptureError `not-captured`; AnalysisError `region` and as `attentionMap`
 */
export function regionAttentionMap(run: Run, region: Region, options: AttentionMapOptions = {}): Grid {
  const { width } = gridSize(run.config);
  const first = hasClassToken(run.config) ? 1 : 0;
  const patches = regionTokens(region, run.config).map((token) => token - first);
  const points = patches.map((patch) => ({ row: Math.floor(patch / width), col: patch % width }));
  return attentionMapOf(run, points, options);
}

/**
 * What mattered to the differentiated score, for all tokens under a region together.
 *
 * @param run a run with `gradientOf`
 * @param region usually the one that was differentiated
 * @returns one value per patch, at least 0
 * @throws CaptureError `not-captured`; AnalysisError `region`
 * Source: Chefer, Gur and Wolf, ICCV 2021.
 */
export function relevanceMap(run: Run, region: Region): Grid {
  const { height, width } = gridSize(run.config);
  const row = relevanceRow(capturedGradients(run), regionTokens(region, run.config));
  return { height, width, data: row.slice(row.length - height * width) };
}
