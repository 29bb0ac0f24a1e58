// P patches, h x w grid
import type { NdArray, Point } from "../arrays";
import { AnalysisError } from "../errors";
import type { GridSize } from "../model/config";
import { patchIndex } from "./points";

/** Similarity at one distance from the patch. */
export interface ProfilePoint {
  /** Patches to the right or down (above 0), to the left or up (below 0). */
  readonly offset: number;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** Similarity of one patch with the others in its row and in its column. */
export interface SimilarityProfile {
  readonly point: Point;
  readonly row: readonly ProfilePoint[];
  readonly column: readonly ProfilePoint[];
}

/** Similarity at one distance over all patches that have a patch there. */
export interface MeanProfilePoint extends ProfilePoint {
  /** Standard deviation over these patches (divided by their number). */
  readonly deviation: number;
  readonly count: number;
}

/** How similarity falls along the rows and along the columns, over all patches. */
export interface MeanProfiles {
  /** By offset, from -(w - 1) to w - 1. */
  readonly row: readonly MeanProfilePoint[];
  /** By offset, from -(h - 1) to h - 1. */
  readonly column: readonly MeanProfilePoint[];
}

/** Profiles of chosen patches, and of all together. */
export interface SimilarityProfiles {
  readonly points: readonly SimilarityProfile[];
  readonly mean: MeanProfiles;
}

/**
 * Profiles of chosen patches, and of all together, for `similarityProfilesFigure`.
 *
 * @param similarity [P, P], as `positionSimilarity` gives it
 * @param grid h and w with P = h w
 * @param points the chosen patches, if any
 * @throws AnalysisError `similarity-shape`; `point` off the grid
 */
export function similarityProfiles(
  similarity: NdArray,
  grid: GridSize,
  points: readonly Point[] = [],
): SimilarityProfiles {
  const profiles = points.map((point) => similarityProfile(similarity, grid, point));
  return { points: profiles, mean: meanProfiles(similarity, grid) };
}

/**
 * Cuts through a tile of Figure 1: similarity of a patch (r, c) with (r, c + d) along its row, with (r + d, c) along its
 * column.
 *
 * @param similarity [P, P], as `positionSimilarity` gives it
 * @param grid h and w with P = h w
 * @throws AnalysisError `similarity-shape`; `point` off the grid
 * Source: SETR supplement, Figure 1; Dosovitskiy et al., arXiv 2010.11929, Figure 7 (centre), for the structure along rows
 * and columns.
 */
export function similarityProfile(similarity: NdArray, grid: GridSize, point: Point): SimilarityProfile {
  checkSimilarity(similarity, grid);
  patchIndex(point, grid); // refuses one off the grid
  const { row, col } = point;
  const valueAt = (toRow: number, toCol: number) => between(similarity, grid, point, { row: toRow, col: toCol });
  return {
    point,
    row: Array.from({ length: grid.width }, (_, c) => ({ offset: c - col, similarity: valueAt(row, c) })),
    column: Array.from({ length: grid.height }, (_, r) => ({ offset: r - row, similarity: valueAt(r, col) })),
  };
}

/**
 * The profiles of all patches together: mean and standard deviation of similarity by offset.
 *
 * @param similarity [P, P]
 * @param grid h and w with P = h w
 * @throws AnalysisError `similarity-shape`
 */
export function meanProfiles(similarity: NdArray, grid: GridSize): MeanProfiles {
  checkSimilarity(similarity, grid);
  const { height, width } = grid;
  const all = Array.from({ length: height * width }, (_, i) => ({ row: Math.floor(i / width), col: i % width }));
  const meanAt = (offset: number, step: (from: Point) => Point): MeanProfilePoint => {
    const values = all
      .map((from) => ({ from, to: step(from) }))
      .filter(({ to }) => to.row >= 0 && to.row < height && to.col >= 0 && to.col < width)
      .map(({ from, to }) => between(similarity, grid, from, to));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { offset, similarity: mean, deviation: Math.sqrt(variance), count: values.length };
  };
  const offsets = (length: number) => Array.from({ length: 2 * length - 1 }, (_, i) => i - length + 1);
  return {
    row: offsets(width).map((d) => meanAt(d, ({ row, col }) => ({ row, col: col + d }))),
    column: offsets(height).map((d) => meanAt(d, ({ row, col }) => ({ row: row + d, col }))),
  };
}

function between({ data }: NdArray, { height, width }: GridSize, from: Point, to: Point): number {
  return data[(from.row * width + from.col) * height * width + to.row * width + to.col]!;
}

function checkSimilarity({ shape }: NdArray, { height, width }: GridSize): void {
  const patches = height * width;
  if (shape.length === 2 && shape[0] === patches && shape[1] === patches) return;
  const expected = `[${patches}, ${patches}] for a ${height}x${width} grid`;
  throw new AnalysisError("similarity-shape", `similarity: expected ${expected}, found [${shape.join(", ")}]`);
}
