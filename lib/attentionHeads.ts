import { capturedAttention } from "./activations";
import { type AttentionStatistics, attentionStatistics } from "./analysis/attentionDistance";
import { headMaps } from "./analysis/attentionHeads";
import { rolloutMaps } from "./analysis/attentionMap";
import type { RolloutOptions } from "./analysis/rollout";
import type { Point } from "./arrays";
import type { AtlasLayer } from "./figure/attentionAtlas";
import type { RolloutLayer } from "./figure/rolloutLayers";
import { gridSize } from "./model/config";
import type { Run } from "./setr";

/**
 * How far and how widely every head of a run looks.
 *
 * @param run captured with `A*` for every head, or with `A*.mean`: one value per layer
 * @throws CaptureError `not-captured` when a layer's attention is missing
 */
export function attentionStatisticsOf(run: Run): AttentionStatistics {
  return attentionStatistics(capturedAttention(run), gridSize(run.config), run.config.patchSize);
}

/**
 * What every head of every layer looks at, with its distance and entropy, for `attentionAtlasFigure`.
 *
 * @param run captured with `A*`; with `A*.mean` there is one map per layer
 * @param point the patch whose attention is shown; without one, the mean over all patches
 * @returns layer by layer; distance (pixels) and entropy (divided by ln N) are those of the head, over all patches
 * @throws CaptureError `not-captured`; AnalysisError `point`
 */
export function attentionAtlas(run: Run, point?: Point): AtlasLayer[] {
  const attentions = capturedAttention(run);
  const grid = gridSize(run.config);
  const { distance, relativeEntropy } = attentionStatistics(attentions, grid, run.config.patchSize);
  return attentions.map((attention, l) => ({
    layer: l + 1,
    heads: headMaps(attention, grid, point).map((map, h) => ({
      map,
      distance: distance[l][h],
      entropy: relativeEntropy[l][h],
    })),
  }));
}

/**
 * The attention rollout of a point after each layer, for `rolloutLayersFigure`.
 *
 * @param run captured with `A*.mean` or `A*`
 * @param point the picked patch, or the patches of a region
 * @param options as for rollout; `layers`: after which ones, 1..L, all by default; `relative` as for `attentionMap`
 * @throws CaptureError `not-captured`; AnalysisError `layer` and as `attentionMap`
 */
export function rolloutLayers(
  run: Run,
  point: Point | readonly Point[],
  options: RolloutOptions & { readonly layers?: readonly number[]; readonly relative?: boolean } = {},
): RolloutLayer[] {
  const { layers = Array.from({ length: run.config.depth }, (_, i) => i + 1), ...rest } = options;
  const maps = rolloutMaps(capturedAttention(run), gridSize(run.config), point, layers, rest);
  return layers.map((layer, i) => ({ layer, map: maps[i] }));
}
