import { falseColours, inColours } from "./analysis/colourBasis";
import { type FeatureMap, type FeatureReduction, featureMap, reduceFeatures } from "./analysis/features";
import type { RgbImage } from "./arrays";
import { matrixProduct } from "./engine/matrixProduct";
import { AnalysisError } from "./errors";
import type { FeatureBasis } from "./featureBasis";
import type { FeatureTile } from "./figure/features";
import { gridSize } from "./model/config";
import type { Run } from "./setr";

/** How features become a picture: PCA false colours (the authors' way), or one value per position. */
export type FeatureView = "pca" | FeatureReduction["kind"];

/** Options of {@link featureTiles}. */
export interface FeatureTilesOptions {
  /** For the view `pca`: colours of a fit made by `fitFeatureBasis`, on these or other pictures; its own fit by default. */
  readonly basis?: FeatureBasis;
}

/**
 * Pictures of captured features, one per name, each with its own PCA unless a basis is given.
 *
 * @param run a run that captured the names
 * @param names e.g. ["Z1", "Z2", "U1"]
 * @param view `pca` by default
 * @param channel 0-based, for the view `channel`
 * @param options see {@link FeatureTilesOptions}
 * @throws CaptureError `not-captured`; AnalysisError `channel`, `feature-shape`, `basis-missing` for a name that the basis
 *   was not fitted on, `basis-width`
 */
export async function featureTiles(
  run: Run,
  names: readonly string[],
  view: FeatureView = "pca",
  channel = 0,
  options: FeatureTilesOptions = {},
): Promise<FeatureTile[]> {
  const grid = gridSize(run.config);
  const tiles: FeatureTile[] = [];
  for (const name of names) {
    const map = featureMap(run.get(name), grid);
    if (view === "pca") tiles.push({ name, image: await colourImage(name, map, options.basis) });
    else
      tiles.push({ name, image: reduceFeatures(map, view === "channel" ? { kind: view, channel } : { kind: view }) });
  }
  return tiles;
}

async function colourImage(name: string, map: FeatureMap, basis: FeatureBasis | undefined): Promise<RgbImage> {
  if (!basis) return (await falseColours([map], matrixProduct)).images[0];
  const fit = basis.layers.get(name);
  if (fit) return inColours(fit, map);
  const known = [...basis.layers.keys()].join(", ") || "none";
  throw new AnalysisError("basis-missing", `basis: expected one of ${known}, found ${name}`);
}
