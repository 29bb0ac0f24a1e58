// P patches, C width
import type { NdArray } from "../arrays";
import type { MatrixProduct } from "./matrix";

/**
 * Cosine similarity of every pair of position embeddings: S[i, j] = <e_i, e_j> / (|e_i| |e_j|).
 *
 * @param posEmbed [1, N, C]; when N = P + 1 the first row is the class token's and is left out
 * @param patches number P of patches in the grid
 * @param product multiplies the embeddings with themselves, in double precision
 * @returns [P, P], symmetric, exactly 1 on the diagonal; an embedding of length 0 is similar to nothing (0)
 * Source: SETR supplement, section A, Figure 1.
 */
export async function positionSimilarity(posEmbed: NdArray, patches: number, product: MatrixProduct): Promise<NdArray> {
  const [, rows, width] = posEmbed.shape as [number, number, number];
  const units = unitRows(posEmbed.data.subarray((rows - patches) * width), patches, width);
  const matrix = { rows: patches, columns: width, data: units };
  const cosines = (await product(matrix, matrix, true)).data;
  const data = new Float32Array(cosines);
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

function unitRows(rows: Float32Array, count: number, width: number): Float64Array {
  const units = new Float64Array(count * width);
  for (let i = 0; i < count; i++) {
    let squares = 0;
    for (let c = i * width; c < (i + 1) * width; c++) squares += rows[c]! ** 2;
    const length = Math.sqrt(squares);
    if (length > 0) for (let c = i * width; c < (i + 1) * width; c++) units[c] = rows[c]! / length;
  }
  return units;
}
