import { attentionMapOf } from "./activations";
import type { AttentionMapOptions } from "./analysis/attentionMap";
import type { Point, RgbImage } from "./arrays";
import type { ColorMapName } from "./figure/colorMaps";
import type { Figure } from "./figure/description";
import { type MapTile, type MapTilesOptions, mapTilesFigure } from "./figure/mapTiles";
import { type AttentionRecipe, figureRecipe } from "./figureRecipe";
import type { Run } from "./setr";

/** A way to make an attention map, under the name that the figure gives it. */
export interface ComparedMethod {
  readonly name: string;
  readonly attention: AttentionMapOptions;
  /** The figure's by default. */
  readonly colorMap?: ColorMapName;
}

/** All accounts of Figures 2 and 4: the paper's, the authors' script's row and column, ours. */
export function comparedRecipes(): ComparedMethod[] {
  const named = (name: string, { attention, options }: AttentionRecipe): ComparedMethod => {
    return { name, attention, colorMap: options.colorMap };
  };
  return [
    named("Paper: rollout", figureRecipe(2, "paper")),
    named("Script: row of one head", figureRecipe(2, "authors-script")),
    named("Script: column of one head", figureRecipe(2, "authors-script", { column: true })),
    named("Ours: relative rollout", figureRecipe(2, "ours")),
  ];
}

/**
 * One point by several methods, side by side under their names.
 *
 * @param run captured with `A*` where a method takes one head, else with `A*.mean`
 * @param photo what the model saw
 * @param point the picked patch
 * @param methods by default the accounts of Figures 2 and 4
 * @param options see `MapTilesOptions`; each map in its own range by default
 * @throws CaptureError, AnalysisError as `attentionMap`; FigureError as `mapTilesFigure`
 */
export function comparisonStrip(
  run: Run,
  photo: RgbImage,
  point: Point,
  methods: readonly ComparedMethod[] = comparedRecipes(),
  options: MapTilesOptions = {},
): Figure {
  const tiles = methods.map(({ name, attention, colorMap }): MapTile => {
    return { name, map: attentionMapOf(run, point, attention), ...(colorMap ? { colorMap } : {}) };
  });
  return mapTilesFigure({ photo, point }, tiles, { title: "One point by several methods", ...options });
}
