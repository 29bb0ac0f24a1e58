/** The source positions that a target position is made of, with their weights, which sum to 1. */
export type AxisSample = readonly { readonly index: number; readonly weight: number }[];

/** Cubic coefficient of PyTorch's bicubic interpolation. */
const CUBIC = -0.75;

/**
 * Linear interpolation of an axis as PyTorch defines it, without antialiasing.
 *
 * @param from length of the original axis
 * @param to length of the resized axis
 * @param alignCorners true: first and last positions coincide; false: positions are centres of cells
 * @returns one sample per target position, of one or two source positions
 */
export function linearSamples(from: number, to: number, alignCorners: boolean): AxisSample[] {
  return positions(from, to, alignCorners).map((position) => {
    const clamped = Math.min(Math.max(position, 0), from - 1);
    const low = Math.floor(clamped);
    const fraction = clamped - low;
    if (fraction === 0) return [{ index: low, weight: 1 }];
    return [
      { index: low, weight: 1 - fraction },
      { index: low + 1, weight: fraction },
    ];
  });
}

/**
 * Cubic convolution of an axis as PyTorch defines it (a = -0.75), without antialiasing; edges are repeated.
 *
 * @returns one sample per target position, of four source positions
 */
export function cubicSamples(from: number, to: number, alignCorners: boolean): AxisSample[] {
  return positions(from, to, alignCorners).map((position) => {
    const low = Math.floor(position);
    return [-1, 0, 1, 2].map((step) => {
      const index = Math.min(Math.max(low + step, 0), from - 1);
      return { index, weight: cubicWeight(Math.abs(position - low - step)) };
    });
  });
}

function positions(from: number, to: number, alignCorners: boolean): number[] {
  const aligned = to > 1 ? (from - 1) / (to - 1) : 0;
  return Array.from({ length: to }, (_, i) => (alignCorners ? i * aligned : ((i + 0.5) * from) / to - 0.5));
}

/** Source: Keys, Cubic convolution interpolation, 1981. */
function cubicWeight(distance: number): number {
  if (distance <= 1) return ((CUBIC + 2) * distance - (CUBIC + 3)) * distance * distance + 1;
  return ((distance - 5) * distance + 8) * distance * CUBIC - 4 * CUBIC;
}
