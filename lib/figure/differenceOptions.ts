import { differenceOf, symmetricRange } from "../analysis/difference";
import type { Grid, NdArray } from "../arrays";
import { FigureError } from "../errors";
import type { ValueRange } from "./description";
import { type FeatureTile, isRgb } from "./features";

/** Options with which a figure of maps or tiles shows differences. */
export interface DifferenceOptions {
  readonly colorMap: "RdBu";
  readonly range: ValueRange;
  readonly valueLabel: string;
}

/**
 * Options for differences: colours from red (B is higher) over white (no difference) to blue (A is higher), in one range
 * around zero over all differences.
 *
 * @param differences what `differenceOf` gave, all that the figure shows
 * @param value what was subtracted, e.g. "cosine similarity"
 * @param names of A and B
 * @returns options for `attentionFigure`, `mapTilesFigure`, `positionSimilarityFigure` and `featuresFigure`
 * @throws AnalysisError `difference` when no value is finite
 */
export function differenceOptions(
  differences: readonly (Grid | NdArray)[],
  value: string,
  names: readonly [a: string, b: string] = ["A", "B"],
): DifferenceOptions {
  const valueLabel = `${names[0]} minus ${names[1]}: ${value}`;
  return { colorMap: "RdBu", range: symmetricRange(differences), valueLabel };
}

/**
 * A minus B of feature tiles of the same names, for `featuresFigure`: two checkpoints or two pictures.
 *
 * @param a tiles of one value per position (norm, mean or a single channel)
 * @param b likewise, with the same names in the same order
 * @throws FigureError `tiles-differ` when names differ, or a tile is false colours, which cannot be subtracted;
 *   AnalysisError `difference` when sizes differ
 */
export function differenceTiles(
  a: readonly FeatureTile[],
  b: readonly FeatureTile[],
): { readonly name: string; readonly image: Grid }[] {
  const names = [a, b].map((tiles) => tiles.map(({ name }) => name).join(", ") || "none");
  if (names[0] !== names[1]) {
    throw new FigureError("tiles-differ", `tiles: expected the same names in A and B, found ${names.join(" and ")}`);
  }
  return a.map(({ name, image }, i) => ({
    name,
    image: differenceOf(valuesOf(name, image), valuesOf(name, b[i].image)),
  }));
}

function valuesOf(name: string, image: FeatureTile["image"]): Grid {
  if (!isRgb(image)) return image;
  throw new FigureError(
    "tiles-differ",
    `${name}: expected one value per position (norm, mean, channel), found colours`,
  );
}
