// N tokens, C width or channels, h x w grid
import type { Grid, NdArray, RgbImage } from "../arrays";
import { AnalysisError } from "../errors";
import { fitPca, type Pca, project } from "./pca";

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
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < positions; i++) samples[i * channels + c] = data[c * positions + i] as number;
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

/** PCA false colours of one or several maps, which share the fit. */
export interface FalseColours {
  /** One picture per map, at the map's own grid. */
  readonly images: readonly RgbImage[];
  /** The fit, with the share of variance each colour channel explains. */
  readonly pca: Pca;
}

/**
 * The first three principal components as red, green and blue, fitted on the positions of all maps together.
 *
 * @param maps feature maps with equally many channels (at least 1), e.g. Z5 of several images
 * @param range `joint`: one minimum and maximum over the three components (the authors' way); `component`: one for each
 * @returns pictures of h x w; a direction without variance gives the middle of the range
 * @throws AnalysisError `pca-samples`
 * Source: the official release's visualisation script for Figure 3.
 */
export function falseColours(maps: readonly FeatureMap[], range: "joint" | "component" = "joint"): FalseColours {
  const channels = maps[0]?.channels ?? 0;
  if (channels === 0 || maps.some((map) => map.channels !== channels)) {
    const found = maps.map((map) => map.channels).join(", ") || "no maps";
    throw new AnalysisError("pca-samples", `PCA: expected maps of equally many channels, found ${found}`);
  }
  const pca = fitPca(joined(maps), channels, Math.min(3, channels));
  const coordinates = maps.map((map) => project(pca, map.samples));
  const used = pca.components.length;
  const limits = [0, 1, 2].map((k) =>
    limitsOf(coordinates, used, range === "joint" ? undefined : Math.min(k, used - 1)),
  );
  const images = maps.map(({ height, width }, i) => {
    return { height, width, data: toColours(coordinates[i] as Float32Array, used, limits) };
  });
  return { images, pca };
}

function joined(maps: readonly FeatureMap[]): Float32Array {
  if (maps.length === 1) return (maps[0] as FeatureMap).samples;
  const all = new Float32Array(maps.reduce((total, map) => total + map.samples.length, 0));
  let offset = 0;
  for (const map of maps) {
    all.set(map.samples, offset);
    offset += map.samples.length;
  }
  return all;
}

interface Limits {
  readonly min: number;
  readonly max: number;
}

function limitsOf(coordinates: readonly Float32Array[], used: number, component: number | undefined): Limits {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const values of coordinates) {
    for (let i = component ?? 0; i < values.length; i += component === undefined ? 1 : used) {
      min = Math.min(min, values[i] as number);
      max = Math.max(max, values[i] as number);
    }
  }
  return { min, max };
}

function toColours(coordinates: Float32Array, used: number, limits: readonly Limits[]): Uint8Array {
  const positions = coordinates.length / used;
  const colours = new Uint8Array(3 * positions);
  for (let i = 0; i < positions; i++) {
    for (let k = 0; k < 3; k++) {
      const { min, max } = limits[k] as Limits;
      const value = k < used ? (coordinates[i * used + k] as number) : (min + max) / 2;
      colours[3 * i + k] = max > min ? Math.round((255 * (value - min)) / (max - min)) : 128;
    }
  }
  return colours;
}
