// N tokens, P patches, H heads, h x w patch grid
import type { Grid, NdArray, Point } from "../arrays";
import type { GridSize } from "../model/config";
import { attentionSize } from "./attentionDistance";
import { patchIndex } from "./points";

/**
 * What every head of a layer looks at: from one patch, or from all patches on average.
 *
 * @param attention A of a layer, [1, H, N, N], or [1, N, N] with heads averaged; row = query
 * @param grid rows h and columns w of the patch grid; N is h w, or h w + 1 with the class token first
 * @param point the patch whose row is read; all patches' rows are averaged without one
 * @returns one map per head (one in all for averaged heads); the class token's column is left out, and nothing is rescaled
 * @throws AnalysisError `attention-shape`; `point` off the grid
 */
export function headMaps(attention: NdArray, grid: GridSize, point?: Point): Grid[] {
  const { height, width } = grid;
  const patches = height * width;
  const { tokens, heads } = attentionSize(attention, patches);
  const first = tokens - patches;
  const picked = point && patchIndex(point, grid);
  return heads.map((matrix) => {
    const rowOf = (patch: number) => {
      const at = (first + patch) * tokens + first;
      return matrix.subarray(at, at + patches);
    };
    if (picked !== undefined) return { height, width, data: rowOf(picked).slice() };
    const sums = new Float64Array(patches);
    for (let patch = 0; patch < patches; patch++) {
      const row = rowOf(patch);
      for (let j = 0; j < patches; j++) sums[j] = sums[j]! + row[j]!;
    }
    return { height, width, data: Float32Array.from(sums, (sum) => sum / patches) };
  });
}
