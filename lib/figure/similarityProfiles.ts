import type { MeanProfilePoint, ProfilePoint, SimilarityProfiles } from "../analysis/similarityProfiles";
import { niceRange } from "./axis";
import { BASE_COLORS } from "./classPalette";
import type { Figure, ValueRange } from "./description";
import { type LineChartOptions, lineChartFigure } from "./lineChart";
import type { LinePanel } from "./linePanel";
import type { LineSeries } from "./lineSeries";

/** Colour of the mean over all patches. */
const MEAN_COLOR = "#808080";

/** Number of round steps of the y axis. */
const STEPS = 5;

/**
 * Cuts through the tiles of Figure 1: similarity of position embeddings (a) along a patch's row and (b) along its column,
 * against the distance in patches; for chosen patches, and on average over all patches, with pale lines one standard
 * deviation above and below.
 *
 * @param profiles what `similarityProfiles` gives
 * @param options as for a line chart
 * @returns the description
 * @throws FigureError as `lineChartFigure`
 *
 * Source: SETR supplement, Figure 1; Dosovitskiy et al., arXiv 2010.11929, Figure 7 (centre): patches of the same row or
 * column are alike.
 */
export function similarityProfilesFigure({ points, mean }: SimilarityProfiles, options: LineChartOptions = {}): Figure {
  const names = points.map(({ point }) => `patch (${point.row}, ${point.col})`);
  const lines = (side: "row" | "column") => [
    ...meanLines(mean[side]),
    ...points.map((profile, i): LineSeries => {
      return { name: names[i], points: pairs(profile[side]), color: BASE_COLORS[i % BASE_COLORS.length], dots: "none" };
    }),
  ];
  const [row, column] = [lines("row"), lines("column")];
  const yRange = rangeOf([...row, ...column]);
  const panels: LinePanel[] = [
    { title: "Along the row", xLabel: "Patches to the right", series: row },
    { title: "Along the column", xLabel: "Patches down", series: column },
  ].map((panel) => ({ ...panel, yLabel: "Cosine similarity", yRange, wholeX: true }));
  return lineChartFigure({ panels }, { title: "Similarity of position embeddings against distance", ...options });
}

function meanLines(profile: readonly MeanProfilePoint[]): LineSeries[] {
  const shifted = (share: number) =>
    profile.map(({ offset, similarity, deviation }) => [offset, similarity + share * deviation] as const);
  const pale = { name: "", color: MEAN_COLOR, faint: true } as const;
  const middle = { name: "all patches, mean ± standard deviation", points: shifted(0), color: MEAN_COLOR } as const;
  return [
    { ...pale, points: shifted(-1) },
    { ...pale, points: shifted(1) },
    { ...middle, dots: "none" },
  ];
}

function pairs(profile: readonly ProfilePoint[]): LineSeries["points"] {
  return profile.map(({ offset, similarity }) => [offset, similarity]);
}

/** Up to 1, which a patch has with itself; nothing is above but rounding and a deviation. */
function rangeOf(series: readonly LineSeries[]): ValueRange {
  const values = series.flatMap(({ points }) => points.map(([, y]) => y)).filter(Number.isFinite);
  return niceRange([values.reduce((least, value) => Math.min(least, value), 0), 1], STEPS);
}
