import type { Grid, RgbImage } from "../../lib/arrays";
import { attentionFigure } from "../../lib/figure/attention";
import { attentionGalleryFigure } from "../../lib/figure/attentionGallery";
import { classScoresFigure } from "../../lib/figure/classScores";
import type { Figure } from "../../lib/figure/description";
import { featuresFigure } from "../../lib/figure/features";
import type { LabelMap } from "../../lib/figure/labelMap";
import { lineChartFigure } from "../../lib/figure/lineChart";
import type { LinePanel } from "../../lib/figure/linePanel";
import type { PageOptions } from "../../lib/figure/page";
import { positionSimilarityFigure } from "../../lib/figure/positionSimilarity";
import { segmentationFigure } from "../../lib/figure/segmentation";
import { type TrainingRecord, trainingCurves } from "../../lib/figure/trainingCurves";

/** Whole numbers 0..1018 in a fixed disorder, the same on every machine. */
function* disorder(seed: number): Generator<number, never> {
  let state = seed;
  while (true) {
    state = (state * 48271) % 2147483647;
    yield state % 1019;
  }
}

/** Values between 0 and 1 in a fixed disorder. */
export function sampleGrid(height: number, width: number, seed = 1): Grid {
  const source = disorder(seed);
  return { height, width, data: Float32Array.from({ length: height * width }, () => source.next().value / 1024) };
}

/** A picture in a fixed disorder. */
export function samplePhoto(height: number, width: number, seed = 1): RgbImage {
  const source = disorder(seed);
  return { height, width, data: Uint8Array.from({ length: height * width * 3 }, () => source.next().value % 256) };
}

/** A similarity array for a patch grid of height x width. */
export function sampleSimilarity(height: number, width: number): Float32Array {
  return sampleGrid(height * width, height * width).data;
}

/** A recipe with everything a file name can hold. */
export const recipe = {
  figure: "Figure 1",
  method: "cosine similarity of position embeddings",
  weights: "setr-pup-scenes.safetensors (sha256 3fa9c1d2)",
  photo: 'Łódź <&"> 山.jpg',
  software: "setr 0.1.0",
};

const points = [
  { row: 0, col: 0 },
  { row: 4, col: 6 },
  { row: 2, col: 3 },
];

/** A map of `count` classes in stripes of unequal width. */
export function sampleLabels(height: number, width: number, count: number): LabelMap {
  const classOf = (i: number) =>
    Math.floor(count * ((i % width) / width) ** 2 + Math.floor(i / width) / height) % count;
  return { height, width, classes: Uint16Array.from({ length: height * width }, (_, i) => classOf(i)) };
}

/** A training of so many steps and evaluations. */
export function sampleTraining(steps: number, evaluations: number): TrainingRecord {
  const source = disorder(3);
  const next = () => source.next().value / 1024;
  const losses = Array.from({ length: steps }, (_, i) => ({
    step: i + 1,
    loss: 1 + next(),
    auxiliaryLoss: 2 + next(),
  }));
  const found = (i: number) => ({
    step: Math.round(((i + 1) * steps) / evaluations),
    meanIoU: next() / 2,
    neighbourSimilarity: next(),
    distanceCorrelation: next() - 0.5,
  });
  return { losses, evaluations: Array.from({ length: evaluations }, (_, i) => found(i)) };
}

/** Scores of classes, one of them missing and one below zero. */
export const sampleScores = [
  { name: "sky", value: 97.1 },
  { name: "tree", value: -3.25 },
  { name: "a class of its own, the name of which is long", value: 53 },
  { name: "car", value: Number.NaN },
  { name: "person", value: 71 },
];

/** Lines with a gap, a point alone, a line without a name and a log scale. */
export const samplePanels: readonly LinePanel[] = [
  {
    title: "Values with a gap",
    xLabel: "Step",
    yLabel: "Value",
    yRange: [-1, 2],
    series: [
      {
        name: "",
        faint: true,
        points: [
          [0, 0],
          [7, 3],
        ],
        color: "#123456",
      },
      {
        name: "one",
        points: [
          [0, 0],
          [1, 1],
          [2, Number.NaN],
          [3, 1],
          [4, Number.NaN],
          [5, -0.5],
          [7, 1.5],
        ],
      },
      {
        name: "the other",
        points: [
          [0, 1],
          [7, 0],
        ],
      },
    ],
  },
  {
    title: "Learning rate",
    xLabel: "Step",
    yLabel: "Rate",
    yScale: "log",
    series: [
      {
        name: "rate",
        points: [
          [0, 0.002],
          [12_000, 0.00003],
        ],
      },
    ],
  },
];

/** All figures, small, with their options. */
export function sampleFigures(options: PageOptions): Record<string, Figure> {
  const photo = samplePhoto(11, 17);
  const maps = points.map((point, i) => ({ point, map: sampleGrid(5, 7, i + 2), label: `after ${i + 1} blocks` }));
  const items = maps.map((map, i) => ({ ...map, photo: i === 1 ? samplePhoto(13, 13) : photo }));
  const tile = (name: string, seed: number) => ({ name, image: samplePhoto(5, 7, seed) });
  const encoder = Array.from({ length: 23 }, (_, i) => tile(`Z${i + 1}`, i + 1));
  const decoder = [tile("U1", 31), { name: "U2.features", image: sampleGrid(19, 23) }];
  const notes = { note: "Principal components of Z1 to Z23.", decoderNote: "U1 and U2 after each interpolation." };
  return {
    "position-similarity": positionSimilarityFigure(sampleSimilarity(3, 5), { height: 3, width: 5 }, options),
    attention: attentionFigure(photo, maps, { ...options, overlay: 0.25, range: "shared" }),
    "attention-gallery": attentionGalleryFigure(items, options),
    segmentation: segmentationFigure(photo, sampleLabels(11, 17, 5), {
      ...options,
      classNames: ["sky", "tree", "grass", "a class of its own", "person", "car"],
      labels: sampleLabels(5, 7, 6),
      ignoreLabel: 2,
      note: "What the model finds after Z24.",
    }),
    "class-scores": classScoresFigure(sampleScores, { ...options, valueLabel: "IoU in %", limit: 4 }),
    "line-chart": lineChartFigure({ panels: samplePanels }, { ...options, note: "Made up." }),
    "training-curves": trainingCurves(sampleTraining(61, 3), options),
    features: featuresFigure({ input: photo, encoder, decoder }, { ...options, ...notes }),
  };
}
