// N tokens, P patches, H heads, L layers, h x w patch grid
import type { NdArray } from "../arrays";
import { AnalysisError } from "../errors";
import type { GridSize } from "../model/config";
import { entropySum } from "./entropy";

/** How far and how widely every head looks. */
export interface AttentionStatistics {
  /** Mean attention distance in pixels, by layer and head; one value per layer where heads were averaged in the run. */
  readonly distance: readonly (readonly number[])[];
  /** Mean entropy of the rows in nats, 0 to ln N, likewise. */
  readonly entropy: readonly (readonly number[])[];
  /** Mean entropy divided by ln N, 0 (each token looks at one) to 1 (at all alike), likewise; 0 for a single token. */
  readonly relativeEntropy: readonly (readonly number[])[];
  /** Distance of attention that is the same for all patches, in pixels: what a head without preference has. */
  readonly evenDistance: number;
  /** ln N, the entropy of such attention. */
  readonly evenEntropy: number;
}

/**
 * Mean attention distance of every layer and head:
 * d(l, h) = mean over patches i of sum_j A[i, j] |pos_i - pos_j| patchSize, with the sum over the patches j.
 *
 * The class token's row and column are left out, and each row is divided by what is left of it; a row of which nothing is
 * left does not count.
 *
 * @param attentions A1..AL in order, each [1, H, N, N], or [1, N, N] with heads averaged; row = query
 * @param grid rows h and columns w of the patch grid; N is h w, or h w + 1 with the class token first
 * @param patchSize side of a patch in pixels
 * @returns pixels, [L][H]; [L][1] for averaged heads, which is the mean over heads where all rows keep equally much
 * @throws AnalysisError `attention-shape`
 * Source: Dosovitskiy et al., arXiv 2010.11929, Figure 7 (right) and appendix D.7, where it is averaged over 128 pictures.
 */
export function attentionDistance(attentions: readonly NdArray[], grid: GridSize, patchSize: number): number[][] {
  const patches = grid.height * grid.width;
  const distances = pairDistances(grid);
  return attentions.map((attention) => {
    const { tokens, heads } = attentionSize(attention, patches);
    const first = tokens - patches;
    return heads.map((matrix) => {
      let [sum, counted] = [0, 0];
      for (let i = 0; i < patches; i++) {
        const at = (first + i) * tokens + first;
        const distance = meanDistance(matrix.subarray(at, at + patches), distances.subarray(i * patches));
        if (Number.isNaN(distance)) continue;
        sum += distance;
        counted++;
      }
      return (patchSize * sum) / counted;
    });
  });
}

/**
 * Mean entropy of the attention rows of every layer and head, in nats: mean over all tokens i of -sum_j A[i, j] ln A[i, j].
 *
 * The class token counts as query and as key. The entropy of averaged heads is at least the mean of the heads' entropies.
 *
 * @param attentions as for `attentionDistance`
 * @returns 0 to ln N, [L][H]; [L][1] for averaged heads
 * @throws AnalysisError `attention-shape`
 */
export function attentionEntropy(attentions: readonly NdArray[]): number[][] {
  return attentions.map((attention) => {
    const { tokens, heads } = attentionSize(attention);
    return heads.map((matrix) => entropySum(matrix) / tokens);
  });
}

/**
 * Distance and entropy of every layer and head, and what attention without preference would have.
 *
 * @param attentions as for `attentionDistance`
 * @throws AnalysisError `attention-shape`
 */
export function attentionStatistics(
  attentions: readonly NdArray[],
  grid: GridSize,
  patchSize: number,
): AttentionStatistics {
  const distance = attentionDistance(attentions, grid, patchSize);
  const entropy = attentionEntropy(attentions);
  const evenEntropy = Math.log(attentions[0]?.shape.at(-1) ?? 1);
  return {
    distance,
    entropy,
    relativeEntropy: entropy.map((layer) => layer.map((value) => (evenEntropy > 0 ? value / evenEntropy : 0))),
    evenDistance: evenDistance(grid, patchSize),
    evenEntropy,
  };
}

/**
 * Distance of attention that is the same for all patches.
 *
 * @param patchSize side of a patch in pixels
 * @returns pixels
 */
export function evenDistance({ height, width }: GridSize, patchSize: number): number {
  let sum = 0;
  for (let rows = 0; rows < height; rows++) {
    for (let cols = 0; cols < width; cols++) {
      const directions = (rows > 0 ? 2 : 1) * (cols > 0 ? 2 : 1);
      sum += directions * (height - rows) * (width - cols) * Math.hypot(rows, cols); // over the pairs so far apart
    }
  }
  return (patchSize * sum) / (height * width) ** 2;
}

/**
 * The mean over several pictures, layer by layer and head by head.
 *
 * @param statistics one per picture, of the same model at the same size
 * @throws AnalysisError `statistics` when there are none, or their layers, heads or grids differ
 */
export function meanStatistics(statistics: readonly AttentionStatistics[]): AttentionStatistics {
  const sizeOf = ({ distance, evenDistance }: AttentionStatistics) =>
    `${distance.map(({ length }) => length).join(" ")} heads, even distance ${evenDistance}`;
  const [first] = statistics;
  if (!first) throw new AnalysisError("statistics", "statistics: expected those of at least one picture, found none");
  const other = statistics.find((each) => sizeOf(each) !== sizeOf(first));
  if (other) {
    const expected = `the same layers, heads and grid for every picture (${sizeOf(first)})`;
    throw new AnalysisError("statistics", `statistics: expected ${expected}, found ${sizeOf(other)}`);
  }
  const meanOf = (name: "distance" | "entropy" | "relativeEntropy") =>
    first[name].map((layer, l) =>
      layer.map((_, h) => statistics.reduce((sum, each) => sum + each[name][l]![h]!, 0) / statistics.length),
    );
  return {
    ...first,
    distance: meanOf("distance"),
    entropy: meanOf("entropy"),
    relativeEntropy: meanOf("relativeEntropy"),
  };
}

/** Distance in patches between the centres of all pairs of patches, [P, P]. */
function pairDistances({ height, width }: GridSize): Float64Array {
  const byOffset = Float64Array.from({ length: height * width }, (_, at) => {
    return Math.hypot(Math.floor(at / width), at % width);
  });
  const distances = new Float64Array((height * width) ** 2);
  let at = 0;
  for (let i = 0; i < height * width; i++) {
    const [row, col] = [Math.floor(i / width), i % width];
    for (let r = 0; r < height; r++) {
      for (let c = 0; c < width; c++) distances[at++] = byOffset[Math.abs(row - r) * width + Math.abs(col - c)]!;
    }
  }
  return distances;
}

/** Mean of the distances, weighted by a row of attention; NaN for a row of zeros. */
function meanDistance(row: Float32Array, distances: Float64Array): number {
  let [sum, weight] = [0, 0];
  for (let j = 0; j < row.length; j++) {
    sum += row[j]! * distances[j]!;
    weight += row[j]!;
  }
  return sum / weight;
}

/**
 * The heads of a layer.
 *
 * @param patches number of patches, where it matters
 * @returns N, and one row-major N x N matrix per head
 * @throws AnalysisError `attention-shape`
 */
export function attentionSize(
  { shape, data }: NdArray,
  patches?: number,
): { readonly tokens: number; readonly heads: readonly Float32Array[] } {
  const tokens = shape.at(-1) ?? 0;
  const isSquare =
    shape[0] === 1 && (shape.length === 3 || shape.length === 4) && shape.at(-2) === tokens && tokens > 0;
  const fits = patches === undefined || tokens === patches || tokens === patches + 1;
  if (!isSquare || !fits) {
    const expected = patches === undefined ? "" : ` with N of ${patches} or ${patches + 1}`;
    throw new AnalysisError(
      "attention-shape",
      `attention: expected [1, N, N] or [1, H, N, N]${expected}, found [${shape.join(", ")}]`,
    );
  }
  const size = tokens * tokens;
  const count = data.length / size;
  return { tokens, heads: Array.from({ length: count }, (_, head) => data.subarray(head * size, (head + 1) * size)) };
}
