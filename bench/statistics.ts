/** The middle of the sorted values; of an even number, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half]!;
  return sorted.length % 2 === 1 ? upper : (sorted[half - 1]! + upper) / 2;
}

/**
 * The median of the ratios of what was measured in turn, ours / theirs.
 *
 * @param ours as many values as `theirs`
 */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length) {
    throw new Error(`pairs: expected as many of both, found ${ours.length} and ${theirs.length}`);
  }
  return median(ours.map((value, i) => value / theirs[i]!));
}

/** y = factor * x ^ exponent. */
export interface PowerLaw {
  readonly factor: number;
  readonly exponent: number;
}

/**
 * The power law nearest to the points: a straight line through their logarithms, by least squares.
 *
 * @param points x and y, above 0; two or more different x
 */
export function powerLaw(points: readonly (readonly [x: number, y: number])[]): PowerLaw {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (index: 0 | 1) => logs.reduce((sum, pair) => sum + pair[index], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  const exponent = covariance / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
  return { factor: Math.exp(y - exponent * x), exponent };
}

/**
 * Measures in turn: each round calls every function once, in order; a first round that does not count warms them up.
 *
 * @param measures give a value each
 * @param repeats rounds that count
 * @returns for each function its values
 */
export async function inTurn(measures: readonly (() => Promise<number>)[], repeats: number): Promise<number[][]> {
  const values: number[][] = measures.map(() => []);
  for (let round = -1; round < repeats; round++) {
    for (const [index, measure] of measures.entries()) {
      const value = await measure();
      if (round >= 0) values[index]!.push(value);
    }
  }
  return values;
}
