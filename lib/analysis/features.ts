// N tokens, C width or channels, h x w grid
import type { Grid, NdArray } from "../arrays";
import { AnalysisError } from "../errors";

/** A feature map as samples: one row of C values per position, row-major over the grid. */
export interface FeatureMap {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** h w x C values. */
  readonly samples: Float32Array;
}

/**
 * A captured value as a feature map: tokens [1, N, C] without the class token, or channels [1, C, h, w].
 *
 * @param value `Zl`, `embeddings`, `Ul` or `logits`
 * @param grid rows and columns of the patch grid, needed for tokens
 * @throws AnalysisError `feature-shape`
 */
export function featureMap(value: NdArray, grid: { readonly height: number; readonly width: number }): FeatureMap {
  const { shape, data } = value;
  const patches = grid.height * grid.width;
  if (shape.length === 3 && shape[0] === 1 && (shape[1] === patches || shape[1] === patches + 1)) {
    const channels = shape[2] as number;
    return { ...grid, channels, samples: data.subarray(data.length - patches * channels) };
  }
  if (shape.length === 4 && shape[0] === 1) {
    const [, channels, height, width] = shape as [number, number, number, number];
    return { height, width, channels, samples: channelsLast(data, channels) };
  }
  throw new AnalysisError(
    "feature-shape",
    `features: expected tokens [1, N, C] of a ${grid.height}x${grid.width} grid or maps [1, C, h, w], found [${shape.join(", ")}]`,
  );
}

function channelsLast(data: Float32Array, channels: number): Float32Array {
  const positions = data.length / channels;
  const samples = new Float32Array(data.length);
  for (let i = 0; i < positions; i++) {
    for (let c = 0; c < channels; c++) samples[i * channels + c] = data[c * positions + i]!;
  }
  return samples;
}

/** How a feature map becomes one value per position. */
export type FeatureReduction =
  | { readonly kind: "mean" | "norm" }
  | { readonly kind: "channel"; readonly channel: number };

/**
 * One value per position: the mean over channels, their L2 norm, or a single channel.
 *
 * @throws AnalysisError `channel` out of range
 */
export function reduceFeatures(map: FeatureMap, reduction: FeatureReduction): Grid {
  const { height, width, channels, samples } = map;
  const data = new Float32Array(height * width);
  if (reduction.kind === "channel") {
    const { channel } = reduction;
    if (!Number.isInteger(channel) || channel < 0 || channel >= channels) {
      throw new AnalysisError(
        "channel",
        `channel: expected a whole number from 0 to ${channels - 1}, found ${channel}`,
      );
    }
    for (let i = 0; i < data.length; i++) data[i] = samples[i * channels + channel] as number;
    return { height, width, data };
  }
  for (let i = 0; i < data.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const value = samples[i * channels + c] as number;
      sum += reduction.kind === "mean" ? value : value * value;
    }
    data[i] = reduction.kind === "mean" ? sum / channels : Math.sqrt(sum);
  }
  return { height, width, data };
}
