// P patches of an h x w grid
import type { Point } from "../arrays";
import { AnalysisError } from "../errors";
import type { GridSize } from "../model/config";

/**
 * The number of a patch, row-major.
 *
 * @returns 0 to P - 1
 * @throws AnalysisError `point` off the grid
 */
export function patchIndex({ row, col }: Point, { height, width }: GridSize): number {
  const inside = (value: number, length: number) => Number.isInteger(value) && value >= 0 && value < length;
  if (inside(row, height) && inside(col, width)) return row * width + col;
  const expected = `row 0 to ${height - 1} and col 0 to ${width - 1}`;
  throw new AnalysisError("point", `point: expected ${expected}, found row ${row}, col ${col}`);
}

/**
 * The numbers of picked patches, row-major.
 *
 * @param points one, or at least one in a list
 * @throws AnalysisError `point` off the grid, or none
 */
export function patchIndices(points: Point | readonly Point[], grid: GridSize): number[] {
  const indices = [points].flat().map((point) => patchIndex(point, grid));
  if (indices.length > 0) return indices;
  throw new AnalysisError("point", "points: expected at least one, found none");
}
