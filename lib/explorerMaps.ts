// P patches, L layers
import { capturedAttention } from "./activations";
import { mapsFrom, type PointMethod, patchRows } from "./analysis/attentionMaps";
import type { RolloutOptions } from "./analysis/rollout";
import { rolloutProduct } from "./engine/rolloutProduct";
import type { ExplorerMap } from "./figure/html/pointsExplorer";
import { gridSize } from "./model/config";
import type { Run } from "./setr";

/** Which maps of all points an explorer offers. */
export interface ExplorerChoice {
  /** All but `gradient`, which needs a pass for each point. */
  readonly method: PointMethod;
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
 * The attention maps of all points, for `attentionExplorer`; what `attentionMaps` gives for each method.
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
  const attentions = capturedAttention(run);
  const grid = gridSize(run.config);
  const computed = new Map<string, Float32Array>();
  const explored: ExplorerMap[] = [];
  for (const { method, relative = false, layer = attentions.length } of maps) {
    const key = `${method} ${layer}`;
    const plain =
      computed.get(key) ?? (await patchRows(attentions, grid, rolloutProduct, { ...options, method, layer }));
    computed.set(key, plain);
    const name = relative ? `${method}, relative` : method;
    explored.push({ name, layer, rows: mapsFrom(plain, grid, relative).rows().data });
  }
  return explored;
}
