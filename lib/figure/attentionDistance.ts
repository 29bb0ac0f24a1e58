import type { AttentionStatistics } from "../analysis/attentionDistance";
import { FigureError } from "../errors";
import { niceRange } from "./axis";
import { checkChoice } from "./checks";
import { BASE_COLORS } from "./classPalette";
import type { Figure } from "./description";
import { type LineChartOptions, lineChartFigure } from "./lineChart";
import type { LinePanel } from "./linePanel";
import type { LineSeries } from "./lineSeries";

/** What can be shown of every head: how far it looks, how widely, and how widely for its number of tokens. */
export const HEAD_MEASURES = ["distance", "entropy", "relative-entropy"] as const;

/** One of `HEAD_MEASURES`. */
export type HeadMeasure = (typeof HEAD_MEASURES)[number];

/** Options of {@link attentionDistanceFigure}. */
export interface AttentionDistanceOptions extends LineChartOptions {
  /** One panel for each; default `["distance"]`. */
  readonly measures?: readonly HeadMeasure[];
}

/** Colour of what attention without preference has. */
const EVEN_COLOR = "#808080";

/** Number of round steps of the y axis. */
const STEPS = 6;

/**
 * How far the heads look, over depth: a dot for each head of each layer, the mean over heads as a line, and as a grey line
 * what attention without preference has.
 *
 * @param statistics of one picture, or the mean over several (`meanStatistics`); with averaged heads there are no dots
 * @param options see {@link AttentionDistanceOptions}
 * @returns the description
 * @throws FigureError `panels-empty` without measures or layers, `option-invalid`, and as `lineChartFigure`
 *
 * Source: Dosovitskiy et al., arXiv 2010.11929, Figure 7 (right), which shows distances in ViT-L/16 over 128 pictures.
 */
export function attentionDistanceFigure(
  statistics: AttentionStatistics,
  options: AttentionDistanceOptions = {},
): Figure {
  const { measures = ["distance"], ...rest } = options;
  if (statistics.distance.length === 0) {
    throw new FigureError("panels-empty", "layers: expected at least one, found none");
  }
  const panels = measures.map((measure) => measurePanel(statistics, checkChoice("measures", measure, HEAD_MEASURES)));
  return lineChartFigure({ panels }, { title: "Attention distance over depth", ...rest });
}

function measurePanel(statistics: AttentionStatistics, measure: HeadMeasure): LinePanel {
  const { title, yLabel, values, even } = ofMeasure(statistics, measure);
  const depth = values.length;
  const isAveraged = values.every((layer) => layer.length === 1);
  const means = values.map((layer, i) => [i + 1, layer.reduce((sum, value) => sum + value, 0) / layer.length] as const);
  const dots = values.flatMap((layer, i) => layer.map((value) => [i + 1, value] as const));
  const span = [
    [0.5, even],
    [depth + 0.5, even],
  ] as const;
  const heads: LineSeries = { name: "a head", points: dots, color: BASE_COLORS[0], dots: "only" };
  const series: LineSeries[] = [
    { name: "no preference", points: span, color: EVEN_COLOR, dots: "none" },
    ...(isAveraged ? [] : [heads]),
    { name: isAveraged ? "heads averaged" : "mean over heads", points: means, color: BASE_COLORS[1] },
  ];
  const top = Math.max(even, ...values.flat().filter(Number.isFinite));
  const yRange = niceRange([0, top || 1], STEPS);
  return { title, xLabel: "Layer", yLabel, series, xRange: [0.5, depth + 0.5], yRange, wholeX: true };
}

function ofMeasure(statistics: AttentionStatistics, measure: HeadMeasure) {
  if (measure === "distance") {
    const { distance: values, evenDistance: even } = statistics;
    return { title: "Mean attention distance", yLabel: "Distance in pixels", values, even };
  }
  if (measure === "entropy") {
    const { entropy: values, evenEntropy: even } = statistics;
    return { title: "Mean attention entropy", yLabel: "Entropy in nats", values, even };
  }
  return { title: "Mean attention entropy", yLabel: "Entropy / ln N", values: statistics.relativeEntropy, even: 1 };
}
