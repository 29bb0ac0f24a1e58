// P patches, C width
import type { NdArray } from "../arrays";
import type { Matrix } from "./matrix";

/**
 * Cosines of the angles of all pairs of rows, in double precision: analyses leave large products to an engine.
 *
 * @param matrix [P, C]
 * @returns P x P values; 0 for rows of length 0
 */
export type CosineProduct = (matrix: Matrix) => Promise<Float32Array>;

/**
 * Cosine similarity of every pair of position embeddings: S[i, j] = <e_i, e_j> / (|e_i| |e_j|).
 *
 * @param posEmbed [1, N, C]; when N = P + 1 the first row is the class token's and is left out
 * @param patches number P of patches in the grid
 * @param product see {@link CosineProduct}
 * @returns [P, P], symmetric, exactly 1 on the diagonal; an embedding of length 0 is similar to nothing (0)
 * Source: SETR supplement, section A, Figure 1.
 */
export async function positionSimilarity(posEmbed: NdArray, patches: number, product: CosineProduct): Promise<NdArray> {
  const [, rows, columns] = posEmbed.shape as [number, number, number];
  const data = await product({ rows: patches, columns, data: posEmbed.data.subarray((rows - patches) * columns) });
  mirrorUpper(data, patches); // an engine may round a pair's two values differently
  return { shape: [patches, patches], data };
}

/** Copies what lies above the diagonal below it, in squares that a processor's cache holds. */
function mirrorUpper(data: Float32Array, side: number): void {
  const square = 64;
  for (let top = 0; top < side; top += square) {
    for (let left = 0; left <= top; left += square) {
      for (let i = top; i < Math.min(top + square, side); i++) {
        for (let j = left; j < Math.min(left + square, i); j++) data[i * side + j] = data[j * side + i]!;
      }
    }
  }
}
