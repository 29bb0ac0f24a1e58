// N tokens, P patches, L layers
import { capturedAttention } from "./activations";
import { ATTENTION_METHODS, type AttentionMethod } from "./analysis/attentionMap";
import { fuseHeads, type RolloutOptions, rollout } from "./analysis/rollout";
import { matrixProduct } from "./engine/matrixProduct";
import { AnalysisError } from "./errors";
import type { ExplorerMap } from "./figure/html/pointsExplorer";
import { patchCount } from "./model/config";
import type { Run } from "./setr";

/** Which maps of all points an explorer offers. */
export interface ExplorerChoice {
  /** All but `gradient`, which needs a pass for each point. */
  readonly method: Exclude<AttentionMethod, "gradient">;
  /** As for `attentionMap`; false by default. */
  readonly relative?: boolean;
  /** Layer 1..L, the last by default; for `rollout`, the layer up to which it runs. */
  readonly layer?: number;
}

/** Options of {@link explorerMaps}. */
export interface ExplorerMapsOptions extends RolloutOptions {
  /** Default: rollout, as it is and relative, and attention to and from every point in the last layer. */
  readonly maps?: readonly ExplorerChoice[];
}

const DEFAULT_CHOICES: readonly ExplorerChoice[] = [
  { method: "rollout" },
  { method: "rollout", relative: true },
  { method: "attention-to" },
  { method: "attention-from" },
];

/**
 * The attention maps of all points, for `attentionExplorer`; what `attentionMap` gives for each, computed at once.
 *
 * @param run captured with `A*.mean` or `A*`
 * @param options see {@link ExplorerMapsOptions}
 * @returns one entry per choice; rows [P, P], the class token left out at the end
 * @throws CaptureError `not-captured`; AnalysisError `layer`, `method` and as `rollout`
 */
export async function explorerMaps(
  run: Run,
  { maps = DEFAULT_CHOICES, ...options }: ExplorerMapsOptions = {},
): Promise<ExplorerMap[]> {
  const { headFusion = "mean", ...mixing } = options;
  const attentions = capturedAttention(run);
  const depth = attentions.length;
  const patches = patchCount(run.config);
  const computed = new Map<string, Float32Array>();
  const explored: ExplorerMap[] = [];
  for (const { method, relative = false, layer = depth } of maps) {
    checkChoice(method, layer, depth);
    const key = `${method} ${layer}`;
    const rows =
      computed.get(key) ??
      patchRows(await allPoints(attentions.slice(0, layer), method, { headFusion, ...mixing }), patches);
    computed.set(key, rows);
    const name = relative ? `${method}, relative` : method;
    explored.push({ name, layer, rows: relative ? relativeRows(rows, patches) : rows });
  }
  return explored;
}

function checkChoice(method: string, layer: number, depth: number): void {
  const known = ATTENTION_METHODS.filter((name) => name !== "gradient");
  if (!known.some((name) => name === method)) {
    throw new AnalysisError("method", `method: expected one of ${known.join(", ")}, found ${method}`);
  }
  if (Number.isInteger(layer) && layer >= 1 && layer <= depth) return;
  throw new AnalysisError("layer", `layer: expected a whole number from 1 to ${depth}, found ${layer}`);
}

/** N x N values; a row per point. */
async function allPoints(
  attentions: Parameters<typeof rollout>[0],
  method: ExplorerChoice["method"],
  options: RolloutOptions,
): Promise<Float32Array> {
  if (method === "rollout") return (await rollout(attentions, matrixProduct, options)).data;
  const matrix = fuseHeads(attentions[attentions.length - 1], options.headFusion ?? "mean");
  if (method === "attention-to") return matrix;
  const tokens = Math.sqrt(matrix.length);
  const transposed = new Float32Array(matrix.length);
  for (let i = 0; i < tokens; i++) {
    for (let j = 0; j < tokens; j++) transposed[j * tokens + i] = matrix[i * tokens + j];
  }
  return transposed;
}

/** Without the class token, which stands first. */
function patchRows(matrix: Float32Array, patches: number): Float32Array {
  const tokens = Math.sqrt(matrix.length);
  if (tokens === patches) return matrix;
  const first = tokens - patches;
  const rows = new Float32Array(patches * patches);
  for (let i = 0; i < patches; i++) {
    const start = (first + i) * tokens + first;
    rows.set(matrix.subarray(start, start + patches), i * patches);
  }
  return rows;
}

/** Each value divided by the mean over all points, less 1, at least 0. */
function relativeRows(rows: Float32Array, patches: number): Float32Array {
  const mean = new Float64Array(patches);
  rows.forEach((value, i) => {
    mean[i % patches] += value / patches;
  });
  return rows.map((value, i) => (mean[i % patches] > 0 ? Math.max(0, value / mean[i % patches] - 1) : 0));
}
