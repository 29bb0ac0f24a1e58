// N tokens, C width, h x w grid
import type { NdArray } from "../arrays";
import { ConfigError } from "../errors";
import { type AxisSample, cubicSamples, linearSamples } from "../interpolation";
import type { GridSize } from "./config";

/** How position embeddings come to another grid. */
export interface PosEmbedResize {
  /** `bilinear` by default, as in mmsegmentation; timm and DeiT use `bicubic`. */
  readonly mode: "bilinear" | "bicubic";
  /** Whether corner patches map to corner patches; false by default. */
  readonly alignCorners: boolean;
}

/** mmsegmentation's way, and ours unless another is asked for. */
export const DEFAULT_POS_EMBED_RESIZE: PosEmbedResize = { mode: "bilinear", alignCorners: false };

/**
 * Position embeddings for another grid: the class token's row is kept, the patches' rows are interpolated.
 *
 * @param posEmbed [1, N, C] with N >= 1 + h w; the last h w rows are the grid, row 0 is the class token's, and what lies
 *   between (a distillation token's row) is dropped
 * @param from the grid of `posEmbed`
 * @param to the wanted grid
 * @param how bilinear, corners not aligned, by default
 * @returns [1, 1 + to.height * to.width, C]; `posEmbed` itself where nothing is to be changed
 * @throws ConfigError `pos-embed` when there are fewer rows than the grid has patches
 * Source: mmsegmentation, VisionTransformer.resize_pos_embed; torch.nn.functional.interpolate.
 */
export function resizePosEmbed(
  posEmbed: NdArray,
  from: GridSize,
  to: GridSize,
  how: PosEmbedResize = DEFAULT_POS_EMBED_RESIZE,
): NdArray {
  const [, rows, width] = posEmbed.shape as [number, number, number];
  const patches = from.height * from.width;
  if (rows <= patches) {
    const grid = `${from.height}x${from.width} grid`;
    throw new ConfigError("pos-embed", `pos_embed: expected at least ${patches + 1} rows for a ${grid}, found ${rows}`);
  }
  if (rows === patches + 1 && from.height === to.height && from.width === to.width) return posEmbed;
  const grid = posEmbed.data.subarray((rows - patches) * width);
  const samples = how.mode === "bicubic" ? cubicSamples : linearSamples;
  const across = interpolateAxis(grid, from.height, width, samples(from.width, to.width, how.alignCorners));
  const resized = interpolateAxis(across, 1, to.width * width, samples(from.height, to.height, how.alignCorners));
  const data = new Float32Array(width + resized.length);
  data.set(posEmbed.data.subarray(0, width));
  data.set(resized, width);
  return { shape: [1, 1 + to.height * to.width, width], data };
}

/**
 * Interpolates the middle axis of [outer, length, inner].
 *
 * @returns [outer, samples.length, inner]
 */
function interpolateAxis(
  values: Float32Array,
  outer: number,
  inner: number,
  samples: readonly AxisSample[],
): Float32Array {
  const length = values.length / outer / inner;
  const result = new Float32Array(outer * samples.length * inner);
  for (let o = 0; o < outer; o++) {
    samples.forEach((sample, position) => {
      const target = result.subarray(
        (o * samples.length + position) * inner,
        (o * samples.length + position + 1) * inner,
      );
      for (const { index, weight } of sample) {
        const source = (o * length + index) * inner;
        for (let i = 0; i < inner; i++) target[i] = target[i]! + weight * values[source + i]!;
      }
    });
  }
  return result;
}
