import type { LayoutEntry } from "./layout";

/** Mean and variance of one batch normalisation's input, over a batch. */
export interface BatchMoments {
  readonly mean: Float32Array;
  /** Divided by `count`. */
  readonly variance: Float32Array;
  /** Values per channel they were computed from. */
  readonly count: number;
}

/**
 * Moves running means and variances towards a batch's: running + momentum (batch - running), in place.
 *
 * The batch's variance is divided by count - 1 here, as PyTorch does. Source: torch.nn.BatchNorm2d.
 *
 * @param running all statistics, [S]
 * @param entries where each mean and the variance after it lie, in order of use
 * @param batch one for each batch normalisation, in order of use
 * @param momentum weight of the batch, 0 to 1
 */
export function updateRunningStatistics(
  running: Float32Array,
  entries: readonly LayoutEntry[],
  batch: readonly BatchMoments[],
  momentum: number,
): void {
  const move = ({ offset, size }: LayoutEntry, values: Float32Array, factor: number) => {
    for (let i = 0; i < size; i++) {
      const value = running[offset + i]!;
      running[offset + i] = value + momentum * (values[i]! * factor - value);
    }
  };
  batch.forEach(({ mean, variance, count }, index) => {
    move(entries[2 * index]!, mean, 1);
    move(entries[2 * index + 1]!, variance, count / Math.max(1, count - 1));
  });
}
