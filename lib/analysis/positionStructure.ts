// P patches, h x w grid
import type { NdArray } from "../arrays";
import type { GridSize } from "../model/config";

/** How similarity depends on distance, in two numbers. */
export interface PositionStructure {
  /** Mean similarity of patches next to each other in a row or column, -1 to 1; NaN for a single patch. */
  readonly neighbours: number;
  /** Mean similarity of patches at least half the grid's longer side apart, -1 to 1; NaN when there are none. */
  readonly distant: number;
}

/**
 * How much nearer patches are alike than distant ones: the structure of Figure 1 in two numbers.
 *
 * @param similarity [P, P], as `positionSimilarity` gives it
 * @param grid h and w with P = h w
 */
export function positionStructure(similarity: NdArray, grid: GridSize): PositionStructure {
  const patches = grid.height * grid.width;
  const far = Math.max(grid.height, grid.width) / 2;
  const sums = { neighbours: 0, distant: 0 };
  const counts = { neighbours: 0, distant: 0 };
  for (let i = 0; i < patches; i++) {
    for (let j = i + 1; j < patches; j++) {
      const rows = Math.floor(j / grid.width) - Math.floor(i / grid.width);
      const cols = (j % grid.width) - (i % grid.width);
      const distance = Math.hypot(rows, cols);
      const kind = distance === 1 ? "neighbours" : distance >= far ? "distant" : undefined;
      if (!kind) continue;
      sums[kind] += similarity.data[i * patches + j]!;
      counts[kind]++;
    }
  }
  return { neighbours: sums.neighbours / counts.neighbours, distant: sums.distant / counts.distant };
}
