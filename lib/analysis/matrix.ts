/** A matrix, row-major; in double precision where the values are. */
export interface Matrix<D extends Float32Array | Float64Array = Float32Array> {
  readonly rows: number;
  readonly columns: number;
  /** rows x columns values. */
  readonly data: D;
}

/**
 * Computes a b, or a b' with `transposed`: analyses leave their large products to an engine.
 *
 * @param a [R, I]
 * @param b [I, C], or [C, I] with `transposed`
 * @returns [R, C]
 */
export type MatrixProduct = <D extends Float32Array | Float64Array>(
  a: Matrix<D>,
  b: Matrix<D>,
  transposed?: boolean,
) => Promise<Matrix<D>>;
