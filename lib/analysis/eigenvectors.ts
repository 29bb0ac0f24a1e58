// W width of the matrix
import { EigenvalueDecomposition, Matrix as SmallMatrix } from "ml-matrix";
import { AnalysisError } from "../errors";
import { randomStream } from "../random";
import type { MatrixProduct } from "./matrix";
import { combination, dot, orthonormal, remainders } from "./vectors";

/** Largest eigenvalues, descending, with their vectors. */
export interface Eigenpairs {
  readonly values: readonly number[];
  /** Orthonormal, W values each. */
  readonly vectors: readonly Float64Array[];
}

/** Orthonormal vectors with their images under the matrix, and for each its share of the largest eigenvalue. */
interface Ritz extends Eigenpairs {
  readonly images: readonly Float64Array[];
}

/** Vectors multiplied together, beyond those wanted. */
const OVERSAMPLING = 2;
/** Vectors that span the space of a cycle, in blocks. */
const BLOCKS = 8;
const MAX_CYCLES = 100;
/** Length of (A - value) vector at which a pair counts as found, as a share of the largest eigenvalue. */
const TOLERANCE = 1e-7;

/**
 * The largest eigenvalues of a symmetric matrix without negative ones, by block Krylov spaces: in each cycle the best pairs
 * in the span of the last best vectors X, A X, A A X and so on.
 *
 * @param matrix A, W x W values
 * @param width W
 * @param count how many, at most W
 * @param product multiplies, in double precision
 * @returns pairs of which (A - value) vector is at most 1e-7 of the largest value long
 * @throws AnalysisError `eigenvectors` when there are none after 100 cycles: the matrix is not symmetric
 * Source: Golub and Van Loan, Matrix Computations, 4th edition, section 10.3.6 (block Lanczos, with restarts).
 */
export async function leadingEigenvectors(
  matrix: Float64Array,
  width: number,
  count: number,
  product: MatrixProduct,
): Promise<Eigenpairs> {
  const block = Math.min(width, count + OVERSAMPLING);
  const most = Math.min(width, BLOCKS * block);
  const imagesOf = (vectors: readonly Float64Array[]) => multiplied(matrix, width, vectors, block, product);
  const random = randomStream(1);
  const start = orthonormal(
    Array.from({ length: block }, () => Float64Array.from({ length: width }, () => random.normal())),
  );
  let ritz: Ritz = { values: [], vectors: start, images: await imagesOf(start) };
  for (let cycle = 0; cycle < MAX_CYCLES; cycle++) {
    const basis = [...ritz.vectors];
    const images = [...ritz.images];
    let added: readonly Float64Array[] = images;
    while (basis.length < most) {
      const next = remainders(added, basis).slice(0, most - basis.length);
      if (next.length === 0) break; // the space holds its own images
      added = await imagesOf(next);
      basis.push(...next);
      images.push(...added);
    }
    ritz = rayleighRitz(basis, images, block);
    if (basis.length < most || most === width || isSettled(ritz, count)) {
      return { values: ritz.values.slice(0, count), vectors: ritz.vectors.slice(0, count) };
    }
  }
  const expected = `pairs within ${TOLERANCE} of the largest value`;
  throw new AnalysisError("eigenvectors", `eigenvectors: expected ${expected}, found none in ${MAX_CYCLES} cycles`);
}

function isSettled({ values, vectors, images }: Ritz, count: number): boolean {
  const allowed = TOLERANCE * values[0]!;
  return values.slice(0, count).every((value, k) => {
    const rest = images[k]!.map((entry, i) => entry - value * vectors[k]![i]!);
    return Math.sqrt(dot(rest, rest)) <= allowed;
  });
}

/** The vectors' images, by one product for a block of them. */
async function multiplied(
  matrix: Float64Array,
  width: number,
  vectors: readonly Float64Array[],
  block: number,
  product: MatrixProduct,
): Promise<Float64Array[]> {
  const rows = new Float64Array(block * width); // always a whole block, so that an engine prepares one product
  for (const [k, vector] of vectors.entries()) rows.set(vector, k * width);
  const square = { rows: width, columns: width, data: matrix };
  const { data } = await product(square, { rows: block, columns: width, data: rows }, true);
  return vectors.map((vector, k) => vector.map((_, i) => data[i * block + k]!));
}

/** The best pairs within the span of orthonormal vectors, largest value first, and their images. */
function rayleighRitz(basis: readonly Float64Array[], images: readonly Float64Array[], count: number): Ritz {
  const small = SmallMatrix.zeros(basis.length, basis.length);
  for (const [i, vector] of basis.entries()) {
    for (let j = 0; j <= i; j++) {
      const value = dot(vector, images[j]!);
      small.set(i, j, value);
      small.set(j, i, value);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(small, { assumeSymmetric: true });
  const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!).slice(0, count);
  const combined = (vectors: readonly Float64Array[]) =>
    order.map((column) => combination(vectors, eigenvectorMatrix.getColumn(column)));
  return { values: order.map((i) => realEigenvalues[i]!), vectors: combined(basis), images: combined(images) };
}
