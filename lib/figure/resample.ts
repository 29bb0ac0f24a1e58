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
  return new Resampler(source, height, width, interpolation).resample(values);
}

/** Resizes many arrays of one size to another, always in the same memory; see {@link resample}. */
export class Resampler {
  readonly #source: RasterSize;
  readonly #across: readonly Taps[];
  readonly #down: readonly Taps[];
  /** [source.height, width, channels] */
  readonly #narrow: Float32Array;
  readonly #result: Float32Array;

  constructor(source: RasterSize, height: number, width: number, interpolation: Interpolation) {
    this.#source = source;
    this.#across = tapsAlong(source.width, width, interpolation);
    this.#down = tapsAlong(source.height, height, interpolation);
    this.#narrow = new Float32Array(source.height * width * source.channels);
    this.#result = new Float32Array(height * width * source.channels);
  }

  /** @returns [height, width, channels], until the next call */
  resample(values: ArrayLike<number>): Float32Array {
    const { height, width, channels } = this.#source;
    const [across, narrow] = [this.#across, this.#narrow];
    let at = 0;
    for (let row = 0; row < height; row++) {
      for (let col = 0; col < across.length; col++) {
        const { first, shares } = across[col];
        const from = (row * width + first) * channels;
        for (let c = 0; c < channels; c++) narrow[at++] = weigh(values, from + c, channels, shares);
      }
    }
    const [down, stride] = [this.#down, across.length * channels];
    for (let row = 0; row < down.length; row++) {
      weighRow(this.#result, row * stride, narrow, down[row].first * stride, stride, down[row].shares);
    }
    return this.#result;
  }
}

function weigh(values: ArrayLike<number>, from: number, step: number, shares: readonly number[]): number {
  let sum = values[from] * shares[0]; // most are made of one value or two
  for (let i = 1; i < shares.length; i++) sum += values[from + i * step] * shares[i];
  return sum;
}

/** A row of the result from rows of the source, of `stride` values each. */
function weighRow(
  result: Float32Array,
  to: number,
  values: Float32Array,
  from: number,
  stride: number,
  shares: readonly number[],
): void {
  const [first, second, next] = [shares[0], shares[1], from + stride];
  if (shares.length === 1) {
    result.set(values.subarray(from, next), to); // the whole of one row
  } else if (shares.length === 2) {
    for (let i = 0; i < stride; i++) result[to + i] = values[from + i] * first + values[next + i] * second;
  } else for (let i = 0; i < stride; i++) result[to + i] = weigh(values, from + i, stride, shares);
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
