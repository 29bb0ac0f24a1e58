// N tokens, L layers
import type { NdArray } from "../arrays";
import { AnalysisError } from "../errors";
import { checkAttentions, checkOptions, fusedLayer, type RolloutOptions, total } from "./rollout";

/**
 * Attention rollout of several groups of tokens, each the mean of its rows, without the full product: a row is carried down
 * from the last layer, and every layer is read once for all groups.
 *
 * @param attentions as for `rollout`
 * @param groups indices of tokens, the class token (if any) at 0
 * @returns for each group, N values that sum to 1
 * @throws AnalysisError as `rollout`; `token`
 */
export function rolloutRows(
  attentions: readonly NdArray[],
  groups: readonly (readonly number[])[],
  options: RolloutOptions = {},
): Float32Array[] {
  return rolloutRowsAfter(attentions, [attentions.length], groups, options)[0]!;
}

/**
 * The same after several layers: the rollout up to each.
 *
 * @param layers up to which it runs, each 1..L
 * @returns for each of the layers, what `rolloutRows` gives for the attention up to it
 * @throws AnalysisError as `rolloutRows`
 */
export function rolloutRowsAfter(
  attentions: readonly NdArray[],
  layers: readonly number[],
  groups: readonly (readonly number[])[],
  options: RolloutOptions = {},
): Float32Array[][] {
  const tokens = checkAttentions(attentions);
  checkOptions(options);
  const starts = groups.map((group) => evenly(group, tokens));
  const joining = [...new Set(layers)].sort((a, b) => b - a);
  let rows: Float64Array[] = [];
  for (let layer = attentions.length; layer >= 1; layer--) {
    if (joining.includes(layer)) rows.push(...starts);
    if (rows.length > 0) rows = throughLayer(rows, attentions[layer - 1]!, tokens, options);
  }
  return layers.map((layer) => {
    const at = joining.indexOf(layer) * groups.length;
    return rows.slice(at, at + groups.length).map((row) => Float32Array.from(row));
  });
}

/** 1 in all, in equal shares on the tokens of a group. */
function evenly(group: readonly number[], tokens: number): Float64Array {
  const outside = group.find((token) => !Number.isInteger(token) || token < 0 || token >= tokens);
  if (outside !== undefined || group.length === 0) {
    const found = outside ?? "none";
    throw new AnalysisError("token", `token: expected a whole number from 0 to ${tokens - 1}, found ${found}`);
  }
  const row = new Float64Array(tokens);
  for (const token of group) row[token] = row[token]! + 1 / group.length;
  return row;
}

/** Each row times A' of a layer, which is not made: every row of A is scaled while it is read. */
function throughLayer(
  rows: readonly Float64Array[],
  attention: NdArray,
  tokens: number,
  options: RolloutOptions,
): Float64Array[] {
  const { attentionWeight = 0.5 } = options;
  const matrix = fusedLayer(attention, options);
  const results = rows.map(() => new Float64Array(tokens));
  for (let i = 0; i < tokens; i++) {
    if (rows.every((row) => row[i] === 0)) continue;
    const values = matrix.subarray(i * tokens, (i + 1) * tokens);
    const sum = attentionWeight * total(values) + (1 - attentionWeight);
    for (const [at, row] of rows.entries()) {
      const result = results[at]!;
      if (sum > 0) addScaled(result, values, (attentionWeight * row[i]!) / sum);
      result[i] = result[i]! + (sum > 0 ? ((1 - attentionWeight) * row[i]!) / sum : row[i]!);
    }
  }
  return results;
}

function addScaled(result: Float64Array, values: Float32Array, factor: number): void {
  for (let j = 0; j < result.length; j++) result[j] = result[j]! + factor * values[j]!;
}
