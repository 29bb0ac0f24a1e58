// S samples, C width, K components
import { AnalysisError } from "../errors";
import { leadingEigenvectors } from "./eigenvectors";
import type { Matrix, MatrixProduct } from "./matrix";
import { combination, dot, orthonormal } from "./vectors";

/** Directions of largest variance. */
export interface Pca {
  /** Number C of features per sample. */
  readonly width: number;
  /** Mean of the samples, C values. */
  readonly mean: Float64Array;
  /** K orthonormal directions, each C values; the loading of largest magnitude is positive. */
  readonly components: readonly Float64Array[];
  /** Variance along each direction, descending. */
  readonly variances: readonly number[];
  /** Share of the total variance along each direction, 0..1. */
  readonly explained: readonly number[];
}

/** Samples that are centred at once: all of a decoder's map would take half a gigabyte in double precision. */
const CHUNK = 1024;

/**
 * Principal components: the leading eigenvectors of the covariance matrix, C x C, or where there are fewer samples than
 * features, of the samples' Gram matrix, S x S, which has the same variances.
 *
 * @param samples S x C values, row-major
 * @param width C
 * @param product multiplies the samples with themselves, and the result with vectors, in double precision
 * @param count number K of components, at most C; directions beyond the rank of the samples have variance 0
 * @throws AnalysisError `pca-samples` when there are fewer than 2 samples or K is out of range
 */
export async function fitPca(
  samples: Float32Array,
  width: number,
  count: number,
  product: MatrixProduct,
): Promise<Pca> {
  const rows = samples.length / width;
  if (!Number.isInteger(rows) || rows < 2 || count < 1 || count > width) {
    throw new AnalysisError(
      "pca-samples",
      `PCA: expected at least 2 samples of ${width} values and 1 to ${width} components, found ${rows} and ${count}`,
    );
  }
  const mean = meanRow(samples, width);
  const { vectors, values, total } = await (rows < width
    ? directionsOfGram(samples, mean, count, product)
    : directionsOfScatter(samples, mean, count, product));
  const squares = values.map((value) => Math.max(0, value));
  return {
    width,
    mean,
    components: vectors.map(withPositivePeak),
    variances: squares.map((square) => square / (rows - 1)),
    explained: squares.map((square) => (total > 0 ? square / total : 0)),
  };
}

/** With X the centred samples: eigenvectors of X' X. */
async function directionsOfScatter(samples: Float32Array, mean: Float64Array, count: number, product: MatrixProduct) {
  const width = mean.length;
  const rows = samples.length / width;
  const scatter = new Float64Array(width * width);
  for (let first = 0; first < rows; first += CHUNK) {
    const columns = centredColumns(samples.subarray(first * width, (first + CHUNK) * width), mean);
    const { data } = await product(columns, columns, true);
    for (let i = 0; i < data.length; i++) scatter[i] = scatter[i]! + data[i]!;
  }
  return { ...(await leadingEigenvectors(scatter, width, count, product)), total: trace(scatter, width) };
}

/** With X the centred samples: where X X' u = v u, the direction is X' u divided by its length. */
async function directionsOfGram(samples: Float32Array, mean: Float64Array, count: number, product: MatrixProduct) {
  const width = mean.length;
  const rows = samples.length / width;
  const centred = centredRows(samples, mean);
  const { data: gram } = await product(centred, centred, true);
  const found = await leadingEigenvectors(gram, rows, Math.min(count, rows), product);
  const none = Array.from({ length: Math.max(0, count - rows) }, () => new Float64Array(width));
  const sampleVectors = Array.from({ length: rows }, (_, row) => centred.data.subarray(row * width, (row + 1) * width));
  const images = found.vectors.map((vector) => combination(sampleVectors, vector));
  const values = [...found.values, ...none.map(() => 0)];
  const noise = 1e-12 * Math.max(values[0]!, 0) * rows;
  const vectors = orthonormal([
    ...images.map((image, k) => (values[k]! > noise ? image : new Float64Array(width))),
    ...none,
  ]);
  return { vectors, values, total: trace(gram, rows) };
}

function trace(matrix: Float64Array, width: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += matrix[i * width + i]!;
  return sum;
}

/**
 * Coordinates of samples along the components.
 *
 * @param samples S x C values, row-major
 * @returns S x K values, row-major
 */
export function project(pca: Pca, samples: Float32Array): Float32Array {
  const { width, mean, components } = pca;
  const rows = samples.length / width;
  const result = new Float32Array(rows * components.length);
  for (const [k, component] of components.entries()) {
    const origin = dot(component, mean);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let c = 0; c < width; c++) sum += samples[row * width + c]! * component[c]!;
      result[row * components.length + k] = sum - origin;
    }
  }
  return result;
}

function meanRow(samples: Float32Array, width: number): Float64Array {
  const sums = new Float64Array(width);
  const rows = samples.length / width;
  for (let first = 0; first < samples.length; first += width) {
    for (let c = 0; c < width; c++) sums[c] = sums[c]! + samples[first + c]!;
  }
  return sums.map((sum) => sum / rows);
}

/** The centred samples, a row for each: S x C. */
function centredRows(samples: Float32Array, mean: Float64Array): Matrix<Float64Array> {
  const width = mean.length;
  const data = new Float64Array(samples.length);
  for (let first = 0; first < samples.length; first += width) {
    for (let c = 0; c < width; c++) data[first + c] = samples[first + c]! - mean[c]!;
  }
  return { rows: samples.length / width, columns: width, data };
}

/** The centred samples, a row for each feature: C x S. */
function centredColumns(samples: Float32Array, mean: Float64Array): Matrix<Float64Array> {
  const width = mean.length;
  const columns = samples.length / width;
  const data = new Float64Array(samples.length);
  for (let i = 0; i < columns; i++) {
    for (let c = 0; c < width; c++) data[c * columns + i] = samples[i * width + c]! - mean[c]!;
  }
  return { rows: width, columns, data };
}

function withPositivePeak(component: Float64Array): Float64Array {
  const peak = component.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return peak < 0 ? component.map((value) => -value) : component;
}
