// S samples, C width, K components
import { EigenvalueDecomposition, Matrix as SmallMatrix } from "ml-matrix";
import { AnalysisError } from "../errors";
import { randomStream } from "../random";
import type { Matrix, MatrixProduct } from "./matrix";

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

const OVERSAMPLING = 5;
const MAX_ITERATIONS = 500;
const TOLERANCE = 1e-10; // of the largest variance; the directions are then good to about its square root

/**
 * Principal components by block power iteration with Rayleigh-Ritz in every step: on the covariance matrix, C x C, or where
 * there are fewer samples than features, on the samples' Gram matrix, S x S, which has the same variances.
 *
 * @param samples S x C values, row-major
 * @param width C
 * @param product multiplies the samples with themselves, in double precision
 * @param count number K of components, at most C; directions beyond the rank of the samples have variance 0
 * @throws AnalysisError `pca-samples` when there are fewer than 2 samples or K is out of range
 * Source: Halko, Martinsson and Tropp, arXiv 0909.4061, algorithm 4.4.
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
    : directionsOfCovariance(samples, mean, count, product));
  const variances = values.slice(0, count).map((value) => Math.max(0, value));
  return {
    width,
    mean,
    components: vectors.slice(0, count).map(withPositivePeak),
    variances,
    explained: variances.map((variance) => (total > 0 ? variance / total : 0)),
  };
}

async function directionsOfCovariance(
  samples: Float32Array,
  mean: Float64Array,
  count: number,
  product: MatrixProduct,
) {
  const width = mean.length;
  const covariance = await productWithItself(centredColumns(samples, mean), samples.length / width, product);
  const total = trace(covariance, width);
  return { ...leadingVectors(covariance, width, Math.min(width, count + OVERSAMPLING), count), total };
}

/** With X the centred samples: where X X' u = v u, the direction is X' u divided by its length. */
async function directionsOfGram(samples: Float32Array, mean: Float64Array, count: number, product: MatrixProduct) {
  const width = mean.length;
  const rows = samples.length / width;
  const data = Float64Array.from(samples, (value, i) => value - mean[i % width]!);
  const gram = await productWithItself({ rows, columns: width, data }, rows, product);
  const centred = Array.from({ length: rows }, (_, row) => data.subarray(row * width, (row + 1) * width));
  const found = leadingVectors(gram, rows, Math.min(rows, count + OVERSAMPLING), Math.min(count, rows));
  const none = Array.from({ length: Math.max(0, count - rows) }, () => new Float64Array(width));
  const images = found.vectors.slice(0, count).map((vector) => combination(centred, vector));
  const values = [...found.values.slice(0, count), ...none.map(() => 0)];
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
  for (let row = 0; row < rows; row++) {
    components.forEach((component, k) => {
      let sum = 0;
      for (let c = 0; c < width; c++)
        sum += ((samples[row * width + c] as number) - (mean[c] as number)) * (component[c] as number);
      result[row * components.length + k] = sum;
    });
  }
  return result;
}

function meanRow(samples: Float32Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  const rows = samples.length / width;
  for (let i = 0; i < samples.length; i++) mean[i % width] = (mean[i % width] as number) + (samples[i] as number);
  for (let c = 0; c < width; c++) mean[c] = (mean[c] as number) / rows;
  return mean;
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

/** M M' divided by the number of samples less one. */
async function productWithItself(matrix: Matrix<Float64Array>, samples: number, product: MatrixProduct) {
  const { data } = await product(matrix, matrix, true);
  return data.map((value) => value / (samples - 1));
}

/** Block power iteration until the first `count` values stand still. */
function leadingVectors(covariance: Float64Array, width: number, block: number, count: number) {
  const random = randomStream(1);
  const start = Array.from({ length: block }, () => Float64Array.from({ length: width }, () => random.normal()));
  let ritz = rayleighRitz(covariance, orthonormal(start));
  for (let iteration = 1; iteration < MAX_ITERATIONS; iteration++) {
    const next = rayleighRitz(covariance, orthonormal(ritz.images));
    const allowed = TOLERANCE * Math.abs(next.values[0] as number);
    const settled = next.values
      .slice(0, count)
      .every((value, i) => Math.abs(value - (ritz.values[i] as number)) <= allowed);
    ritz = next;
    if (settled && iteration > 3) break;
  }
  return ritz;
}

/** The best eigenpairs within the span of the vectors, largest value first, and the vectors' images. */
function rayleighRitz(covariance: Float64Array, vectors: readonly Float64Array[]) {
  const images = vectors.map((vector) => matrixTimes(covariance, vector));
  const small = SmallMatrix.zeros(vectors.length, vectors.length);
  vectors.forEach((vector, i) => {
    images.forEach((image, j) => {
      small.set(i, j, dot(vector, image));
    });
  });
  const symmetric = SmallMatrix.add(small, small.transpose()).mul(0.5);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const order = realEigenvalues
    .map((_, i) => i)
    .sort((a, b) => (realEigenvalues[b] as number) - (realEigenvalues[a] as number));
  const combine = (basis: readonly Float64Array[]) =>
    order.map((column) => combination(basis, eigenvectorMatrix.getColumn(column)));
  return { values: order.map((i) => realEigenvalues[i] as number), vectors: combine(vectors), images: combine(images) };
}

function matrixTimes(matrix: Float64Array, vector: Float64Array): Float64Array {
  const width = vector.length;
  return vector.map((_, row) => {
    let sum = 0;
    for (let c = 0; c < width; c++) sum += (matrix[row * width + c] as number) * (vector[c] as number);
    return sum;
  });
}

function combination(basis: readonly Float64Array[], weights: ArrayLike<number>): Float64Array {
  const result = new Float64Array((basis[0] as Float64Array).length);
  basis.forEach((vector, i) => {
    for (let c = 0; c < result.length; c++)
      result[c] = (result[c] as number) + (weights[i] as number) * (vector[c] as number);
  });
  return result;
}

/** Gram-Schmidt, twice for accuracy; vectors that vanish become unit vectors orthogonal to the rest. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const [index, original] of vectors.entries()) {
    let vector = original;
    for (let candidate = -1; candidate < original.length; candidate++) {
      if (candidate >= 0)
        vector = Float64Array.from(original, (_, c) => (c === (index + candidate) % original.length ? 1 : 0));
      const before = Math.sqrt(dot(vector, vector));
      vector = withoutProjections(withoutProjections(vector, basis), basis);
      const length = Math.sqrt(dot(vector, vector));
      if (length > 1e-10 * before && length > 0) {
        basis.push(vector.map((value) => value / length));
        break;
      }
    }
  }
  return basis;
}

function withoutProjections(vector: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const result = vector.slice();
  for (const direction of basis) {
    const product = dot(result, direction);
    for (let c = 0; c < result.length; c++) result[c] = (result[c] as number) - product * (direction[c] as number);
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += (a[c] as number) * (b[c] as number);
  return sum;
}

function withPositivePeak(component: Float64Array): Float64Array {
  const peak = component.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return peak < 0 ? component.map((value) => -value) : component;
}
