// P patches, h x w grid
import type { NdArray } from "../arrays";
import type { GridSize } from "../model/config";

/** How similarity depends on distance, in three numbers. */
export interface PositionStructure {
  /** Mean similarity of patches next to each other in a row or column, -1 to 1; NaN for a single patch. */
  readonly neighbours: number;
  /** Mean similarity of patches at least half the grid's longer side apart, -1 to 1; NaN when there are none. */
  readonly distant: number;
  /** Pearson correlation, over all pairs of different patches, of similarity with minus their distance; -1 to 1. */
  readonly correlation: number;
}

/**
 * How much nearer patches are alike than distant ones: the structure of Figure 1 in three numbers.
 *
 * @param similarity [P, P], as `positionSimilarity` gives it
 * @param grid h and w with P = h w
 */
export function positionStructure(similarity: NdArray, grid: GridSize): PositionStructure {
  const patches = grid.height * grid.width;
  const far = Math.max(grid.height, grid.width) / 2;
  const neighbours: number[] = [];
  const distant: number[] = [];
  const nearness: number[] = [];
  const similarities: number[] = [];
  for (let i = 0; i < patches; i++) {
    for (let j = i + 1; j < patches; j++) {
      const rows = Math.floor(j / grid.width) - Math.floor(i / grid.width);
      const cols = (j % grid.width) - (i % grid.width);
      const distance = Math.hypot(rows, cols);
      const value = similarity.data[i * patches + j]!;
      nearness.push(-distance);
      similarities.push(value);
      if (distance === 1) neighbours.push(value);
      if (distance >= far) distant.push(value);
    }
  }
  return {
    neighbours: mean(neighbours),
    distant: mean(distant),
    correlation: correlation(nearness, similarities),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Pearson's correlation coefficient; NaN where one side does not vary. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [a[i]! - meanA, b[i]! - meanB];
    product += da * db;
    squareA += da * da;
    squareB += db * db;
  }
  return product / Math.sqrt(squareA * squareB);
}
