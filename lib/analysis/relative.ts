/**
 * What values have more of than the average: each divided by it, less 1, at least 0; 0 where the average is 0.
 *
 * @param values of at least 0
 * @param average as many, e.g. the mean of such values over all points
 */
export function aboveAverage(values: Float32Array, average: ArrayLike<number>): Float32Array {
  const more = new Float32Array(values.length);
  for (let i = 0; i < more.length; i++) {
    const mean = average[i]!;
    more[i] = mean > 0 ? Math.max(0, values[i]! / mean - 1) : 0;
  }
  return more;
}
