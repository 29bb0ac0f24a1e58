import type { Grid } from "../arrays";
import type { Figure } from "./description";
import { type MapSubject, type MapTilesOptions, mapTilesFigure } from "./mapTiles";

/** The rollout of the picked patch after some layers. */
export interface RolloutLayer {
  /** Layers 1 to this one were rolled out. */
  readonly layer: number;
  /** One value per patch. */
  readonly map: Grid;
}

/**
 * How a picked patch gathers the picture: its attention rollout after layer 1, 2 and so on.
 *
 * After layer l the map is row p of R_l = A'_l ... A'_1; it begins at the patch itself and spreads.
 *
 * @param subject photo and picked patch
 * @param layers in ascending order; all or chosen ones
 * @param options see `MapTilesOptions`; by default each map in its own range, the picked patch left out (`range: "others"`),
 *   because it keeps half of itself in every layer
 * @returns the description
 * @throws FigureError as `mapTilesFigure`
 *
 * Source: Abnar and Zuidema, arXiv 2005.00928, equation 1.
 */
export function rolloutLayersFigure(
  subject: MapSubject,
  layers: readonly RolloutLayer[],
  options: MapTilesOptions = {},
): Figure {
  const tiles = layers.map(({ layer, map }) => ({ name: layer === 1 ? "Layer 1" : `Layers 1–${layer}`, map }));
  return mapTilesFigure(subject, tiles, {
    title: "Attention rollout after each layer",
    valueLabel: "Attention rollout",
    range: "others",
    ...options,
  });
}
