// N tokens, C width, h x w grid
import type { NdArray } from "../arrays";
import { ConfigError } from "../errors";
import { type AxisSample, axisSamples } from "../interpolation";
import type { GridSize } from "./config";

/**
 * Position embeddings for another grid: the class token's row is kept, the patches' rows are interpolated bilinearly.
 *
 * @param posEmbed [1, N, C] with N >= h w; the last h w rows are the grid, row 0 the class token's
 * @param from the grid of `posEmbed`
 * @param to the wanted grid
 * @param alignCorners whether corner patches map to corner patches; false is mmsegmentation's default and ours
 * @returns [1, 1 + to.height * to.width, C]
 * @throws ConfigError `pos-embed` when there are fewer rows than the grid has patches
 * Source: mmsegmentation, VisionTransformer.resize_pos_embed.
 */
export function resizePosEmbed(posEmbed: NdArray, from: GridSize, to: GridSize, alignCorners: boolean): NdArray {
  const [, rows, width] = posEmbed.shape as [number, number, number];
  const first = rows - from.height * from.width;
  if (first < 1) {
    throw new ConfigError(
      "pos-embed",
      `pos_embed: expected at least ${from.height * from.width + 1} rows for a ${from.height}x${from.width} grid, found ${rows}`,
    );
  }
  const data = new Float32Array((1 + to.height * to.width) * width);
  data.set(posEmbed.data.subarray(0, width));
  const vertical = axisSamples(from.height, to.height, alignCorners);
  const horizontal = axisSamples(from.width, to.width, alignCorners);
  const token = (row: number, col: number) => (first + row * from.width + col) * width;
  for (let row = 0; row < to.height; row++) {
    for (let col = 0; col < to.width; col++) {
      const [v, h] = [vertical[row] as AxisSample, horizontal[col] as AxisSample];
      const [a, b] = [token(v.low, h.low), token(v.low, h.high)];
      const [c, d] = [token(v.high, h.low), token(v.high, h.high)];
      const target = (1 + row * to.width + col) * width;
      for (let i = 0; i < width; i++) {
        const top = mix(posEmbed.data[a + i] as number, posEmbed.data[b + i] as number, h.fraction);
        const bottom = mix(posEmbed.data[c + i] as number, posEmbed.data[d + i] as number, h.fraction);
        data[target + i] = mix(top, bottom, v.fraction);
      }
    }
  }
  return { shape: [1, 1 + to.height * to.width, width], data };
}

function mix(a: number, b: number, fraction: number): number {
  return a + (b - a) * fraction;
}
