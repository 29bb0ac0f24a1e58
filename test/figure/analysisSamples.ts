import type { AttentionStatistics } from "../../lib/analysis/attentionDistance";
import { differenceOf } from "../../lib/analysis/difference";
import { similarityProfiles } from "../../lib/analysis/similarityProfiles";
import { type AtlasLayer, attentionAtlasFigure } from "../../lib/figure/attentionAtlas";
import { attentionDistanceFigure } from "../../lib/figure/attentionDistance";
import { type ConfusionCounts, confusionMatrixFigure } from "../../lib/figure/confusionMatrix";
import type { Figure } from "../../lib/figure/description";
import { differenceOptions } from "../../lib/figure/differenceOptions";
import { featuresFigure } from "../../lib/figure/features";
import { mapTilesFigure } from "../../lib/figure/mapTiles";
import type { PageOptions } from "../../lib/figure/page";
import { positionSimilarityFigure } from "../../lib/figure/positionSimilarity";
import { rolloutLayersFigure } from "../../lib/figure/rolloutLayers";
import { similarityProfilesFigure } from "../../lib/figure/similarityProfiles";
import { SCENE_CLASSES } from "../../lib/train/scenes/classes";
import { sampleGrid, samplePhoto, sampleSimilarity } from "./samples";

/** An atlas of maps of 5 x 7 patches; distances up to 1018 pixels. */
export function sampleAtlas(depth: number, heads: number): AtlasLayer[] {
  return Array.from({ length: depth }, (_, l) => {
    const numbers = sampleGrid(2, heads, l + 2).data;
    const headOf = (h: number) => ({
      map: sampleGrid(5, 7, l * heads + h + 1),
      distance: 1024 * numbers[h]!,
      entropy: numbers[heads + h]!,
    });
    return { layer: l + 1, heads: Array.from({ length: heads }, (_, h) => headOf(h)) };
  });
}

/** Statistics of so many layers and heads. */
export function sampleStatistics(depth: number, heads: number): AttentionStatistics {
  const values = (seed: number) => Array.from({ length: depth }, (_, l) => [...sampleGrid(1, heads, seed + l).data]);
  const entropy = values(11);
  return {
    distance: values(3).map((layer) => layer.map((value) => 300 * value)),
    entropy: entropy.map((layer) => layer.map((value) => 6 * value)),
    relativeEntropy: entropy,
    evenDistance: 170,
    evenEntropy: 6,
  };
}

/** Counts of so many classes, most on the diagonal; no pixel is labelled with the last class. */
export function sampleConfusion(classes: number): ConfusionCounts {
  const numbers = sampleGrid(classes, classes, 5).data;
  const counts = Array.from(numbers, (value, i) => {
    const [label, found] = [Math.floor(i / classes), i % classes];
    if (label === classes - 1) return 0;
    return Math.round((label === found ? 5000 : 700) * value) + (found === classes - 1 ? 1 : 0);
  });
  return { classes, counts };
}

/** Names of the classes of drawn scenes, and more of them. */
export function sampleClassNames(count: number): string[] {
  return Array.from({ length: count }, (_, k) => (k < SCENE_CLASSES.length ? SCENE_CLASSES[k]! : `thing ${k}`));
}

const photo = samplePhoto(11, 17);
const point = { row: 2, col: 3 };

/** A similarity of patches that is its own mirror image. */
function similarity(height: number, width: number) {
  const patches = height * width;
  return { shape: [patches, patches], data: sampleSimilarity(height, width) };
}

/** All figures of the analyses, small, with their options. */
export function analysisFigures(options: PageOptions): Record<string, Figure> {
  const subject = { photo, point };
  const maps = [1, 2, 3].map((seed) => sampleGrid(5, 7, seed));
  const layers = maps.map((map, i) => ({ layer: 2 * i + 1, map }));
  const difference = differenceOf(maps[0]!, maps[1]!);
  const signed = differenceOptions([difference], "attention");
  const [one, other] = [similarity(3, 5), { ...similarity(3, 5), data: sampleGrid(15, 15, 7).data }];
  const positions = differenceOf(one, other);
  const norms = ["Z1", "Z2"].map((name, i) => ({ name, image: differenceOf(maps[i]!, maps[i + 1]!) }));
  const compared = [
    { name: "A", map: maps[0]! },
    { name: "B of Z12, by a method with a long name", map: maps[1]!, colorMap: "Blues" },
    { name: "A minus B", map: difference, colorMap: signed.colorMap, range: signed.range },
  ] as const;
  return {
    "attention-atlas": attentionAtlasFigure(sampleAtlas(3, 5), { ...options, sort: "distance", photo, point }),
    "attention-distance": attentionDistanceFigure(sampleStatistics(6, 4), {
      ...options,
      measures: ["distance", "relative-entropy"],
      note: "Mean over 3 pictures.",
    }),
    "confusion-matrix": confusionMatrixFigure(sampleConfusion(7), {
      ...options,
      classNames: sampleClassNames(7),
      limit: 5,
      note: "Seven classes, of which five are shown.",
    }),
    "rollout-layers": rolloutLayersFigure(subject, layers, options),
    "map-tiles": mapTilesFigure(subject, compared, { ...options, overlay: 0.25, note: "Three maps." }),
    "similarity-profiles": similarityProfilesFigure(similarityProfiles(one, { height: 3, width: 5 }, [point]), options),
    "difference-of-positions": positionSimilarityFigure(
      positions,
      { height: 3, width: 5 },
      {
        ...options,
        ...differenceOptions([positions], "cosine similarity"),
      },
    ),
    "difference-of-norms": featuresFigure(
      { input: photo, encoder: norms, decoder: [] },
      {
        ...options,
        ...differenceOptions(
          norms.map(({ image }) => image),
          "L2 norm",
          ["scenes", "photographs"],
        ),
      },
    ),
  };
}
