import { niceRange } from "./axis";
import { checkNumber } from "./checks";
import { BASE_COLORS } from "./classPalette";
import type { Figure, ValueRange } from "./description";
import { type LineChartOptions, lineChartFigure } from "./lineChart";
import type { LinePanel } from "./linePanel";
import type { LineSeries } from "./lineSeries";

/** How a training went. */
export interface TrainingRecord {
  /** Losses on the pictures of a step, of the last result and of the auxiliary heads (0 without such heads). */
  readonly losses: readonly { readonly step: number; readonly loss: number; readonly auxiliaryLoss: number }[];
  /** What was found after a step. */
  readonly evaluations: readonly {
    readonly step: number;
    /** On held-out pictures, 0..1. */
    readonly meanIoU: number;
    /** Mean cosine similarity of the position embeddings of neighbouring patches. */
    readonly neighbourSimilarity: number;
    /** Correlation of that similarity, over all pairs of patches, with minus their distance. */
    readonly distanceCorrelation: number;
  }[];
}

/** Options of {@link trainingCurves}. */
export interface TrainingCurvesOptions extends LineChartOptions {
  /** Losses whose mean a point of the strong line is, half of them before it and half after; default a fortieth of all. */
  readonly smoothing?: number;
}

/**
 * How a training went: (a) losses, (b) mean intersection over union on held-out pictures, (c) how alike the position
 * embeddings of near patches are.
 *
 * @param history losses and evaluations in the order of their steps; either may be empty
 * @param options see {@link TrainingCurvesOptions}
 * @returns the description
 * @throws FigureError as `lineChartFigure`
 */
export function trainingCurves(history: TrainingRecord, options: TrainingCurvesOptions = {}): Figure {
  const { losses, evaluations } = history;
  const smoothing = checkNumber(
    "smoothing",
    options.smoothing ?? Math.max(1, Math.ceil(losses.length / 40)),
    1,
    1e9,
    true,
  );
  const steps = [...losses, ...evaluations].map(({ step }) => step);
  const last = steps.reduce((most, step) => Math.max(most, step), 0);
  const xRange: ValueRange = [0, last || 1];
  const panels = [lossPanel(losses, smoothing), iouPanel(evaluations), positionPanel(evaluations)];
  const chart = { panels: panels.map((panel) => ({ ...panel, xLabel: "Step", xRange })) };
  return lineChartFigure(chart, { title: "Course of the training", ...options });
}

type Panel = Omit<LinePanel, "xLabel" | "xRange">;

/** Every loss pale, and over it the running mean. */
function lossPanel(losses: TrainingRecord["losses"], smoothing: number): Panel {
  const hasAuxiliary = losses.some(({ auxiliaryLoss }) => auxiliaryLoss > 0);
  const last = losses.map(({ step, loss }) => [step, loss] as const);
  const auxiliary = losses.map(({ step, auxiliaryLoss }) => [step, auxiliaryLoss] as const);
  const lines: LineSeries[] = [{ name: "last layer", points: last, color: BASE_COLORS[0] }];
  if (hasAuxiliary) lines.unshift({ name: "auxiliary heads", points: auxiliary, color: BASE_COLORS[1] });
  const count = Math.min(smoothing, losses.length);
  const isSmoothed = count > 1;
  const faint = isSmoothed ? lines.map((line): LineSeries => ({ ...line, name: "", faint: true })) : [];
  const strong = isSmoothed ? lines.map((line) => ({ ...line, points: runningMean(line.points, count) })) : lines;
  return {
    title: isSmoothed ? `Training loss, mean of ${count} values` : "Training loss",
    yLabel: "Loss",
    series: [...faint, ...strong],
    yRange: fromZero(lines.flatMap(({ points }) => points.map(([, y]) => y))),
  };
}

/** The mean of each point and those up to half of `count` before and after it. */
function runningMean(points: LineSeries["points"], count: number): LineSeries["points"] {
  const sums = [0];
  for (const [, y] of points) sums.push(sums[sums.length - 1] + y);
  return points.map(([x], i) => {
    const first = Math.max(0, i - Math.floor(count / 2));
    const end = Math.min(points.length, i + Math.floor(count / 2) + 1);
    return [x, (sums[end] - sums[first]) / (end - first)];
  });
}

function iouPanel(evaluations: TrainingRecord["evaluations"]): Panel {
  const points = evaluations.map(({ step, meanIoU }) => [step, 100 * meanIoU] as const);
  const series = [{ name: "mean IoU", points, color: BASE_COLORS[0] }];
  return { title: "Held-out pictures", yLabel: "Mean IoU in %", series, yRange: fromZero(points.map(([, y]) => y)) };
}

/** Both are cosines or correlations, and below zero only where nothing has been learned. */
function positionPanel(evaluations: TrainingRecord["evaluations"]): Panel {
  const neighbours = evaluations.map((found) => [found.step, found.neighbourSimilarity] as const);
  const correlation = evaluations.map((found) => [found.step, found.distanceCorrelation] as const);
  const lowest = [...neighbours, ...correlation].reduce((least, [, y]) => (y < least ? y : least), 0);
  return {
    title: "Position embeddings",
    yLabel: "Similarity, correlation",
    series: [
      { name: "similarity of neighbours", points: neighbours, color: BASE_COLORS[2] },
      { name: "correlation with nearness", points: correlation, color: BASE_COLORS[3] },
    ],
    yRange: niceRange([lowest, 1], 5),
  };
}

/** From zero to a round value that none exceeds; to 1 when there is none. */
function fromZero(values: readonly number[]): ValueRange {
  const top = values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, value) : most), 0);
  return niceRange([0, top || 1], 5);
}
