/** A dense array of 32-bit floats in row-major (C) order. */
export interface NdArray {
  /** Lengths of the axes, slowest first. */
  readonly shape: readonly number[];
  /** The values, `shape` multiplied out. */
  readonly data: Float32Array;
}

/** A map over the patch grid or over pixels, row-major: `data[row * width + col]`. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** An 8-bit RGB picture, row-major, three bytes per pixel. */
export interface RgbImage {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** A patch of the grid, counted from the top left, 0-based. */
export interface Point {
  readonly row: number;
  readonly col: number;
}

/** Number of values in an array of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
