import type { Grid, NdArray } from "../../../lib/arrays";
import { type AtlasLayer, attentionAtlasFigure } from "../../../lib/figure/attentionAtlas";
import { attentionGalleryFigure } from "../../../lib/figure/attentionGallery";
import type { Figure } from "../../../lib/figure/description";
import { featuresFigure } from "../../../lib/figure/features";
import { atlasExplorer } from "../../../lib/figure/html/atlasExplorer";
import { type ExplorerLayer, featuresExplorer } from "../../../lib/figure/html/featuresExplorer";
import { withExplorer } from "../../../lib/figure/html/interactive";
import { attentionExplorer, similarityExplorer } from "../../../lib/figure/html/pointsExplorer";
import type { PageOptions } from "../../../lib/figure/page";
import { positionSimilarityFigure } from "../../../lib/figure/positionSimilarity";
import { recipe, sampleGrid, samplePhoto } from "../samples";

/** A grid of distinct primes. */
export const grid = { height: 5, width: 7 } as const;

/** The patch that is picked at first. */
export const point = { row: 2, col: 3 } as const;

const patches = grid.height * grid.width;

/** Maps of all points, [P, P], in a fixed disorder. */
export function sampleRows(seed: number): NdArray {
  return { shape: [patches, patches], data: sampleGrid(patches, patches, seed).data };
}

/** The methods of the sample explorer. */
export const methods = [
  { name: "rollout", layer: 3, rows: sampleRows(1) },
  { name: "attention-to", layer: 2, rows: sampleRows(2) },
  { name: "attention-to", layer: 3, rows: sampleRows(3) },
];

/** The map of a point as it was computed. */
export function mapOf(rows: NdArray, row: number, col: number): Grid {
  const start = (row * grid.width + col) * patches;
  return { ...grid, data: rows.data.slice(start, start + patches) };
}

/** A gallery figure of one photo, whose HTML is alive. */
export function attentionSample(options: PageOptions = {}): Figure {
  const photo = samplePhoto(50, 70);
  const map = mapOf(methods[0].rows, point.row, point.col);
  const figure = attentionGalleryFigure([{ photo, point, map }], { recipe, ...options });
  return withExplorer(figure, attentionExplorer({ photo, grid, methods, point }));
}

/** Figure 1, whose HTML is alive. */
export function similaritySample(options: PageOptions = {}): Figure {
  const similarity = sampleRows(5);
  const figure = positionSimilarityFigure(similarity, grid, { recipe, ...options });
  return withExplorer(figure, similarityExplorer({ similarity, grid }));
}

/** Two layers of three heads with distances, lowest in the second head of the second layer. */
export const atlasLayers: readonly AtlasLayer[] = [1, 2].map((layer) => ({
  layer,
  heads: [13, 11, 14].map((distance, i) => {
    return { map: mapOf(sampleRows(layer), 0, i), distance: layer === 1 ? distance + 7 : [11, 10, 12][i] };
  }),
}));

/** The atlas, whose HTML is alive. */
export function atlasSample(options: PageOptions = {}): Figure {
  const figure = attentionAtlasFigure(atlasLayers, { recipe, ...options });
  return withExplorer(figure, atlasExplorer(atlasLayers, { photo: samplePhoto(50, 70) }));
}

function explorerLayer(name: string, height: number, width: number, seed: number): ExplorerLayer {
  const names = ["norm", "channel 2", "channel 5"];
  const maps = names.map((title, i) => ({ name: title, map: sampleGrid(height, width, seed + i) }));
  return { name, colours: samplePhoto(height, width, seed), maps };
}

/** An encoder layer at the grid, and a decoder map that is larger. */
export const explorerLayers = [explorerLayer("Z1", 5, 7, 3), explorerLayer("U1", 11, 13, 7)];

/** Figure 3, whose HTML is alive. */
export function featuresSample(options: PageOptions = {}): Figure {
  const [encoder, decoder] = explorerLayers.map(({ name, colours }) => [{ name, image: colours }]);
  const input = samplePhoto(50, 70);
  return withExplorer(
    featuresFigure({ input, encoder, decoder }, { recipe, ...options }),
    featuresExplorer(input, explorerLayers),
  );
}
