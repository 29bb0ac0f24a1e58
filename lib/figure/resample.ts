import type { Interpolation } from "./description";

/** Smaller weights are rounding. */
const SHARE = 1e-9;

/** Source cells that make up one target pixel along an axis, and their shares, which sum to 1. */
interface Taps {
  readonly first: number;
  readonly shares: readonly number[];
}

/** Size of a row-major array [height, width, channels]. */
export interface RasterSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Resizes values to a number of pixels.
 *
 * `"smooth"`: linear between cell centres, clamped at the edges (bilinear with align_corners = false); when reducing,
 * the triangle widens so that every cell counts. `"nearest"`: flat cells; a pixel across an edge between cells takes
 * both in proportion to their area, so that cells keep their true size at any ratio. NaN spreads to every pixel that
 * it has a share in.
 *
 * @param values [height, width, channels] as `source` says
 * @param source size of `values`
 * @param height rows of the result
 * @param width columns of the result
 * @param interpolation how to fill pixels between cells
 * @returns [height, width, channels]
 */
export function resample(
  values: ArrayLike<number>,
  source: RasterSize,
  height: number,
  width: number,
  interpolation: Interpolation,
): Float32Array {
  const { channels } = source;
  const across = knownTaps(source.width, width, interpolation);
  const narrow = new Float32Array(source.height * width * channels); // [source.height, width, channels]
  for (let row = 0; row < source.height; row++) {
    for (let col = 0; col < width; col++) {
      const from = (row * source.width + across[col].first) * channels;
      for (let c = 0; c < channels; c++) {
        narrow[(row * width + col) * channels + c] = weigh(values, from + c, channels, across[col].shares);
      }
    }
  }
  const down = knownTaps(source.height, height, interpolation);
  const stride = width * channels;
  const result = new Float32Array(height * stride);
  for (let row = 0; row < height; row++) {
    const from = down[row].first * stride;
    for (let i = 0; i < stride; i++) result[row * stride + i] = weigh(narrow, from + i, stride, down[row].shares);
  }
  return result;
}

function weigh(values: ArrayLike<number>, from: number, step: number, shares: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < shares.length; i++) sum += values[from + i * step] * shares[i];
  return sum;
}

/** The tiles of a mosaic have few sizes: their taps are worked out once. */
const taps = new Map<string, readonly Taps[]>();
const MAX_TAPS = 16;

function knownTaps(source: number, target: number, interpolation: Interpolation): readonly Taps[] {
  const key = `${source} ${target} ${interpolation}`;
  const known = taps.get(key);
  if (known) return known;
  const made = tapsAlong(source, target, interpolation);
  if (taps.size >= MAX_TAPS) taps.clear();
  taps.set(key, made);
  return made;
}

function tapsAlong(source: number, target: number, interpolation: Interpolation): Taps[] {
  const weight = interpolation === "smooth" ? triangle(source / target) : coverage(source / target);
  return Array.from({ length: target }, (_, pixel) => {
    const from = (pixel * source) / target;
    const to = ((pixel + 1) * source) / target;
    const reach = Math.max(1, (to - from) / 2);
    const first = Math.max(0, Math.floor((from + to) / 2 - reach - 0.5));
    const last = Math.min(source - 1, Math.ceil((from + to) / 2 + reach + 0.5));
    const weights: number[] = [];
    for (let cell = first; cell <= last; cell++) weights.push(weight(cell, from, to));
    return normalised(first, weights);
  });
}

/** Drops the outer zeros, so that a NaN without a share does not count, and divides by the sum. */
function normalised(first: number, weights: readonly number[]): Taps {
  const start = weights.findIndex((weight) => weight > SHARE);
  const shares = weights.slice(start).filter((weight) => weight > SHARE);
  const sum = shares.reduce((total, weight) => total + weight, 0);
  return { first: first + start, shares: shares.map((weight) => weight / sum) };
}

/** Weight of a cell by the distance of its centre from the pixel's. */
function triangle(ratio: number): (cell: number, from: number, to: number) => number {
  const support = Math.max(1, ratio);
  return (cell, from, to) => Math.max(0, 1 - Math.abs(cell + 0.5 - (from + to) / 2) / support);
}

/** Weight of a cell by the length it shares with the pixel. */
function coverage(ratio: number): (cell: number, from: number, to: number) => number {
  return (cell, from, to) => Math.max(0, Math.min(to, cell + 1) - Math.max(from, cell)) / ratio;
}
