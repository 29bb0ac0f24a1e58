/** Between which two source positions a target position lies, and how far from the lower one. */
export interface AxisSample {
  readonly low: number;
  readonly high: number;
  /** 0 at `low`, 1 at `high`. */
  readonly fraction: number;
}

/**
 * Where the positions of a resized axis lie on the original one, for linear interpolation as PyTorch defines it.
 *
 * @param from length of the original axis
 * @param to length of the resized axis
 * @param alignCorners true: first and last positions coincide; false: positions are centres of cells
 * @returns one entry per target position
 */
export function axisSamples(from: number, to: number, alignCorners: boolean): AxisSample[] {
  return Array.from({ length: to }, (_, i) => {
    const aligned = to > 1 ? (i * (from - 1)) / (to - 1) : 0;
    const position = alignCorners ? aligned : Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(position), from - 1);
    return { low, high: Math.min(low + 1, from - 1), fraction: position - low };
  });
}
