// N tokens, L layers
import type { NdArray } from "../arrays";
import { AnalysisError } from "../errors";

/**
 * Relevance of every input token to some tokens for the differentiated score: rows of R - I with R = I and, layer by layer,
 * R <- R + A R.
 *
 * The identity is left out, because it says of each token only that it is itself. Several tokens are averaged.
 *
 * @param products A1..AL in order, each [1, N, N]: mean over heads of max(0, gradient of the score times attention)
 * @param tokens indices of the tokens whose rows are read, the class token (if any) at 0
 * @returns N values, at least 0
 * @throws AnalysisError `attention-shape`, `token`
 * Source: Chefer, Gur and Wolf, ICCV 2021, equations 5 and 6.
 */
export function relevanceRow(products: readonly NdArray[], tokens: readonly number[]): Float32Array {
  const count = products[0]?.shape.at(-1) ?? 0;
  for (const { shape } of products) {
    if (shape.length === 3 && shape[0] === 1 && shape[1] === count && shape[2] === count) continue;
    throw new AnalysisError(
      "attention-shape",
      `gradient: expected [1, N, N] for every layer, found [${shape.join(", ")}]`,
    );
  }
  if (tokens.length === 0 || tokens.some((token) => !Number.isInteger(token) || token < 0 || token >= count)) {
    const found = tokens.join(", ") || "none";
    throw new AnalysisError("token", `tokens: expected whole numbers from 0 to ${count - 1}, found ${found}`);
  }
  const start = new Float64Array(count);
  for (const token of tokens) start[token] = start[token]! + 1 / tokens.length;
  let row = start.slice();
  for (const { data } of [...products].reverse()) row = plusRowTimes(row, data);
  return Float32Array.from(row, (value, i) => value - start[i]!);
}

/** row + row A, for a square matrix A. */
function plusRowTimes(row: Float64Array, matrix: Float32Array): Float64Array<ArrayBuffer> {
  const count = row.length;
  const result = Float64Array.from(row);
  for (let k = 0; k < count; k++) {
    const factor = row[k]!;
    if (factor === 0) continue;
    for (let j = 0; j < count; j++) result[j] = result[j]! + factor * matrix[k * count + j]!;
  }
  return result;
}
