// h x w patch grid, P patches, N tokens, L layers
import type { Grid, NdArray, Point } from "../arrays";
import type { GridSize } from "../model/config";
import {
  ATTENTION_METHODS,
  type AttentionMapOptions,
  type AttentionMethod,
  checkMethod,
  checkNoHead,
  layerMap,
  layersUpTo,
  leadingTokens,
  meanRow,
} from "./attentionMap";
import { patchIndices } from "./points";
import { aboveAverage } from "./relative";
import { type RolloutProduct, rollout } from "./rollout";

/** The methods that give the maps of all points at once; `gradient` needs a pass for each. */
export type PointMethod = Exclude<AttentionMethod, "gradient">;

/** The attention maps of all points by one method. */
export interface AttentionMaps {
  /** Rows and columns of the patch grid. */
  readonly grid: GridSize;
  /**
   * The map of one patch, or the mean map of several, which is there at once.
   *
   * @throws AnalysisError `point` off the grid, or none
   */
  at(points: Point | readonly Point[]): Grid;
  /** The maps of all patches, [P, P]: row `row * width + col` is that of the patch (row, col). */
  rows(): NdArray;
}

/**
 * The attention maps of all points, each as `attentionMap` gives it.
 *
 * @param attentions A1..AL in order, each [1, N, N] (heads averaged) or [1, H, N, N]; row = query
 * @param grid rows and columns of the patch grid; N is h w, or h w + 1 with the class token first
 * @param product see `rollout`
 * @param options as for `attentionMap`
 * @throws AnalysisError `method` for `gradient` and what is none; `layer`, `head`, `attention-shape`, and as `rollout`
 */
export async function attentionMaps(
  attentions: readonly NdArray[],
  grid: GridSize,
  product: RolloutProduct,
  options: AttentionMapOptions = {},
): Promise<AttentionMaps> {
  return mapsFrom(await patchRows(attentions, grid, product, options), grid, options.relative);
}

/**
 * Row by row what every patch has of every other, [P, P], the class token left out at the end and nothing relative; not
 * always a copy, so not to be changed.
 *
 * @throws AnalysisError as `attentionMaps`
 */
export async function patchRows(
  attentions: readonly NdArray[],
  grid: GridSize,
  product: RolloutProduct,
  options: AttentionMapOptions,
): Promise<Float32Array> {
  const { method = "rollout" } = options;
  checkMethod(
    method,
    ATTENTION_METHODS.filter((name) => name !== "gradient"),
  );
  const first = leadingTokens(attentions, grid);
  const layers = layersUpTo(attentions, options.layer);
  const patches = grid.height * grid.width;
  if (method === "rollout") {
    checkNoHead(method, options);
    return withoutLeading((await rollout(layers, product, options)).data, patches, first);
  }
  const matrix = withoutLeading(layerMap(layers.at(-1)!, options), patches, first);
  return method === "attention-to" ? matrix : transposed(matrix, patches);
}

/**
 * The maps of all points from their rows.
 *
 * @param rows [P, P], as `patchRows` gives them
 * @param relative as for `attentionMap`
 */
export function mapsFrom(rows: Float32Array, grid: GridSize, relative = false): AttentionMaps {
  const { height, width } = grid;
  const patches = height * width;
  const meanOf = (indices: readonly number[]) => meanRow(rows, indices, patches);
  const average = relative ? meanOf([...Array(patches).keys()]) : undefined;
  const mapOf = (indices: readonly number[]) => {
    const values = meanOf(indices);
    return average ? aboveAverage(values, average) : values;
  };
  return {
    grid: { height, width },
    at: (points) => ({ height, width, data: mapOf(patchIndices(points, grid)) }),
    rows() {
      if (!average) return { shape: [patches, patches], data: rows.slice() };
      const data = new Float32Array(rows.length);
      for (let patch = 0; patch < patches; patch++) data.set(mapOf([patch]), patch * patches);
      return { shape: [patches, patches], data };
    },
  };
}

/** The class token, where there is one, stands first. */
function withoutLeading(matrix: Float32Array, patches: number, first: number): Float32Array {
  if (first === 0) return matrix;
  const rows = new Float32Array(patches * patches);
  for (let i = 0; i < patches; i++) {
    const start = (first + i) * (patches + first) + first;
    rows.set(matrix.subarray(start, start + patches), i * patches);
  }
  return rows;
}

function transposed(matrix: Float32Array, side: number): Float32Array {
  const columns = new Float32Array(matrix.length);
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) columns[j * side + i] = matrix[i * side + j]!;
  }
  return columns;
}
