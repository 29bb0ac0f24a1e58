import { type FeatureReduction, falseColours, featureMap, reduceFeatures } from "./analysis/features";
import type { Grid, RgbImage } from "./arrays";
import { gridHeight, gridWidth } from "./model/config";
import type { Run } from "./setr";

/** One feature map, ready to be drawn. */
export interface NamedTile {
  /** Name of the captured value, e.g. "Z5". */
  readonly name: string;
  /** PCA false colours, or one value per position. */
  readonly image: RgbImage | Grid;
}

/** How features become a picture: PCA false colours (the authors' way), or one value per position. */
export type FeatureView = "pca" | FeatureReduction["kind"];

/**
 * Pictures of captured features, one per name, each with its own PCA.
 *
 * @param run a run that captured the names
 * @param names e.g. ["Z1", "Z2", "U1"]
 * @param view `pca` by default
 * @param channel 0-based, for the view `channel`
 * @throws CaptureError `not-captured`; AnalysisError `channel`, `feature-shape`
 */
export function featureTiles(run: Run, names: readonly string[], view: FeatureView = "pca", channel = 0): NamedTile[] {
  const grid = { height: gridHeight(run.config), width: gridWidth(run.config) };
  return names.map((name) => {
    const map = featureMap(run.get(name), grid);
    if (view === "pca") return { name, image: falseColours([map]).images[0] as RgbImage };
    return { name, image: reduceFeatures(map, view === "channel" ? { kind: view, channel } : { kind: view }) };
  });
}
