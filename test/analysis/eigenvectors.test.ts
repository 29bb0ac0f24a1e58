import { describe, expect, test } from "vitest";
import { leadingEigenvectors } from "../../lib/analysis/eigenvectors";
import { dot, orthonormal } from "../../lib/analysis/vectors";
import { matrixProduct } from "../../lib/engine/matrixProduct";
import { randomStream } from "../../lib/random";

/** A symmetric matrix with these eigenvalues and random eigenvectors, row k of which belongs to value k. */
function matrixOf(values: readonly number[], seed: number) {
  const random = randomStream(seed);
  const width = values.length;
  const vectors = orthonormal(values.map(() => Float64Array.from({ length: width }, () => random.normal())));
  const matrix = new Float64Array(width * width);
  for (const [k, vector] of vectors.entries()) {
    for (let i = 0; i < matrix.length; i++) {
      matrix[i]! += values[k]! * vector[Math.floor(i / width)]! * vector[i % width]!;
    }
  }
  return { matrix, width, vectors };
}

/** How much of a vector lies outside the span of orthonormal ones. */
function outside(vector: Float64Array, span: readonly Float64Array[]): number {
  const inside = span.reduce((sum, direction) => sum + dot(vector, direction) ** 2, 0);
  return Math.sqrt(Math.max(0, dot(vector, vector) - inside));
}

describe("the leading eigenvectors", () => {
  test.each([
    ["that stand apart", Array.from({ length: 53 }, (_, i) => 100 * 0.7 ** i)],
    ["that hardly differ", Array.from({ length: 101 }, (_, i) => 1 - i / 101)],
    ["behind one that is much larger", Array.from({ length: 97 }, (_, i) => (i === 0 ? 1e6 : 1e3 - i))],
    ["of a matrix no wider than asked for", [7, 5, 2]],
    ["of a matrix of low rank", Array.from({ length: 61 }, (_, i) => (i < 4 ? 11 - i : 0))],
  ])("are found with their values: those %s", async (_, values) => {
    const { matrix, width, vectors } = matrixOf(values, 23);
    const found = await leadingEigenvectors(matrix, width, 3, matrixProduct);
    for (const [k, vector] of found.vectors.entries()) {
      expect(Math.abs(found.values[k]! - values[k]!)).toBeLessThan(1e-9 * values[0]!);
      expect(outside(vector, [vectors[k]!])).toBeLessThan((2e-7 * values[0]!) / (values[k]! - (values[k + 1] ?? 0)));
    }
  });

  test("of equal values span what belongs to them", async () => {
    const values = Array.from({ length: 59 }, (_, i) => (i < 3 ? 13 : 5 - i / 59));
    const { matrix, width, vectors } = matrixOf(values, 29);
    const found = await leadingEigenvectors(matrix, width, 3, matrixProduct);
    for (const vector of found.vectors) expect(outside(vector, vectors.slice(0, 3))).toBeLessThan(1e-6);
    expect(outside(found.vectors[2]!, found.vectors.slice(0, 2))).toBeCloseTo(1, 9);
  });

  test("are refused for a matrix that has none: one that turns by a right angle", async () => {
    const width = 43;
    const turn = Float64Array.from({ length: width ** 2 }, (_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      return Math.abs(row - column) === 1 ? row - column : 0;
    });
    const refusal = leadingEigenvectors(turn, width, 2, matrixProduct);
    await expect(refusal).rejects.toThrow(/expected pairs within 1e-7 of the largest value, found none in 100 cycles/);
  });

  test("of a matrix of zeros are orthonormal all the same", async () => {
    const { values, vectors } = await leadingEigenvectors(new Float64Array(17 ** 2), 17, 3, matrixProduct);
    expect(values).toEqual([0, 0, 0]);
    vectors.forEach((vector, k) => {
      expect(outside(vector, vectors.slice(0, k))).toBeCloseTo(1, 9);
    });
  });
});
