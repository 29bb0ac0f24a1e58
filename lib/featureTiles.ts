import { type FeatureReduction, falseColours, featureMap, reduceFeatures } from "./analysis/features";
import type { RgbImage } from "./arrays";
import type { FeatureTile } from "./figure/features";
import { gridSize } from "./model/config";
import type { Run } from "./setr";

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
export function featureTiles(
  run: Run,
  names: readonly string[],
  view: FeatureView = "pca",
  channel = 0,
): FeatureTile[] {
  const grid = gridSize(run.config);
  return names.map((name) => {
    const map = featureMap(run.get(name), grid);
    if (view === "pca") return { name, image: falseColours([map]).images[0] as RgbImage };
    return { name, image: reduceFeatures(map, view === "channel" ? { kind: view, channel } : { kind: view }) };
  });
}
