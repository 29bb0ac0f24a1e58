/** The sum of products. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
  return sum;
}

/** The sum of vectors of one length, each times its weight. */
export function combination(vectors: readonly Float64Array[], weights: ArrayLike<number>): Float64Array {
  const result = new Float64Array(vectors[0]!.length);
  for (const [i, vector] of vectors.entries()) addScaled(result, vector, weights[i]!);
  return result;
}

/** Gram-Schmidt, twice for accuracy; vectors that vanish become unit vectors orthogonal to the rest. */
export function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const [index, original] of vectors.entries()) {
    let direction = remainder(original, basis);
    for (let candidate = 0; !direction && candidate < original.length; candidate++) {
      direction = remainder(unit(original.length, (index + candidate) % original.length), basis);
    }
    if (direction) basis.push(direction);
  }
  return basis;
}

/** What vectors add to the span of orthonormal ones, made orthonormal; those that add nothing are left out. */
export function remainders(vectors: readonly Float64Array[], basis: readonly Float64Array[]): Float64Array[] {
  const found: Float64Array[] = [];
  for (const vector of vectors) {
    const direction = remainder(vector, [...basis, ...found]);
    if (direction) found.push(direction);
  }
  return found;
}

/** A vector without its part in the span of orthonormal ones, of length 1; undefined where nothing is left. */
function remainder(vector: Float64Array, basis: readonly Float64Array[]): Float64Array | undefined {
  const before = Math.sqrt(dot(vector, vector));
  const rest = vector.slice();
  for (const direction of [...basis, ...basis]) addScaled(rest, direction, -dot(rest, direction));
  const length = Math.sqrt(dot(rest, rest));
  return length > 1e-10 * before && length > 0 ? rest.map((value) => value / length) : undefined;
}

function unit(length: number, place: number): Float64Array {
  const vector = new Float64Array(length);
  vector[place] = 1;
  return vector;
}

function addScaled(result: Float64Array, vector: Float64Array, factor: number): void {
  for (let c = 0; c < result.length; c++) result[c] = result[c]! + factor * vector[c]!;
}
