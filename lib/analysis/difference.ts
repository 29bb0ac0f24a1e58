import { type Grid, type NdArray, sizeOf } from "../arrays";
import { AnalysisError } from "../errors";

/**
 * A minus B, value by value: two checkpoints, two layers or two methods, of the same point or the same layer.
 *
 * @param a maps over a grid, or arrays such as the similarity of position embeddings [P, P]
 * @param b of the same size
 * @returns of the same size
 * @throws AnalysisError `difference` when the sizes differ
 */
export function differenceOf(a: Grid, b: Grid): Grid;
export function differenceOf(a: NdArray, b: NdArray): NdArray;
export function differenceOf(a: Grid | NdArray, b: Grid | NdArray): Grid | NdArray {
  const [sizeA, sizeB] = [sideText(a), sideText(b)];
  if (sizeA !== sizeB || a.data.length !== b.data.length) {
    throw new AnalysisError("difference", `difference: expected two of the same size, found ${sizeA} and ${sizeB}`);
  }
  return { ...a, data: a.data.map((value, i) => value - b.data[i]!) };
}

/**
 * The range around zero that holds all values, for a diverging colour map.
 *
 * @param differences one or more
 * @returns [-m, m] with m the largest finite magnitude; [-1, 1] where all are 0
 * @throws AnalysisError `difference` when no value is finite
 */
export function symmetricRange(differences: readonly (Grid | NdArray)[]): readonly [min: number, max: number] {
  let most = -1;
  for (const { data } of differences) {
    for (const value of data) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  }
  if (most === 0) return [-1, 1];
  if (most > 0) return [-most, most];
  throw new AnalysisError("difference", "difference: expected at least one finite value, found none");
}

function sideText(array: Grid | NdArray): string {
  if ("shape" in array) return `[${array.shape.join(", ")}], ${sizeOf(array.shape)} values`;
  return `${array.height}x${array.width}`;
}
