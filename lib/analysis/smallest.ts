/**
 * The k-th smallest of some values, without sorting them all.
 *
 * @param values at least k; not changed
 * @param k 1 for the smallest
 * Source: Hoare, Algorithm 65: Find, Communications of the ACM 4(7), 1961.
 */
export function smallest(values: Float32Array, k: number): number {
  const order = values.slice();
  const wanted = k - 1;
  let [first, last] = [0, order.length - 1];
  while (first < last) {
    const pivot = order[(first + last) >> 1]!;
    let [i, j] = [first, last];
    while (i <= j) {
      while (order[i]! < pivot) i++;
      while (order[j]! > pivot) j--;
      if (i > j) break;
      [order[i], order[j]] = [order[j]!, order[i]!];
      i++;
      j--;
    }
    if (wanted <= j) last = j;
    else if (wanted >= i) first = i;
    else break; // between the two parts stands what equals the pivot
  }
  return order[wanted]!;
}
