// P patches, C width
import type { NdArray } from "../arrays";

/**
 * Cosine similarity of every pair of position embeddings: S[i, j] = <e_i, e_j> / (|e_i| |e_j|).
 *
 * @param posEmbed [1, N, C]; when N = P + 1 the first row is the class token's and is left out
 * @param patches number P of patches in the grid
 * @returns [P, P]; an embedding of length 0 is similar to nothing (0)
 * Source: SETR supplement, section A, Figure 1.
 */
export function positionSimilarity(posEmbed: NdArray, patches: number): NdArray {
  const [, rows, width] = posEmbed.shape as [number, number, number];
  const units = unitRows(posEmbed.data.subarray((rows - patches) * width), patches, width);
  const data = new Float32Array(patches * patches);
  for (let i = 0; i < patches; i++) {
    for (let j = i; j < patches; j++) {
      let product = 0;
      for (let c = 0; c < width; c++) product += (units[i * width + c] as number) * (units[j * width + c] as number);
      data[i * patches + j] = product;
      data[j * patches + i] = product;
    }
  }
  return { shape: [patches, patches], data };
}

function unitRows(rows: Float32Array, count: number, width: number): Float32Array {
  const units = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const row = rows.subarray(i * width, (i + 1) * width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let c = 0; c < width; c++) units[i * width + c] = (row[c] as number) / length;
  }
  return units;
}
