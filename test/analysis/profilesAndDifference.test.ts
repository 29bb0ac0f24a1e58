import { expect, test } from "vitest";
import { differenceOf, symmetricRange } from "../../lib/analysis/difference";
import { meanProfiles, similarityProfile } from "../../lib/analysis/similarityProfiles";

/** Similarity 1 - 0.1 (columns apart) - 0.3 (rows apart) of a 2 x 3 grid, with one pair taken out of line. */
const grid = { height: 2, width: 3 };
const data = Float32Array.from({ length: 36 }, (_, at) => {
  const [i, j] = [Math.floor(at / 6), at % 6];
  return 1 - 0.1 * Math.abs((i % 3) - (j % 3)) - 0.3 * Math.abs(Math.floor(i / 3) - Math.floor(j / 3));
});
const similarity = { shape: [6, 6], data };

test("a profile runs along the patch's row and column, by signed distance", () => {
  const { row, column } = similarityProfile(similarity, grid, { row: 1, col: 2 });
  expect(row.map(({ offset }) => offset)).toEqual([-2, -1, 0]);
  row.forEach((at, i) => {
    expect(at.similarity).toBeCloseTo([0.8, 0.9, 1][i]!, 6);
  });
  expect(column.map(({ offset }) => offset)).toEqual([-1, 0]);
  expect(column[0]!.similarity).toBeCloseTo(0.7, 6);
});

test("the mean profile counts every patch that has one at the distance, with its spread", () => {
  const bent = data.slice();
  bent[1] = 0.5; // patch (0, 0) with (0, 1): 0.5, where the three others that have a patch to the right say 0.9
  const { row, column } = meanProfiles({ shape: [6, 6], data: bent }, grid);
  expect(row.map(({ offset, count }) => [offset, count])).toEqual([
    [-2, 2],
    [-1, 4],
    [0, 6],
    [1, 4],
    [2, 2],
  ]);
  expect(row[3]!.similarity).toBeCloseTo(0.8, 6);
  expect(row[3]!.deviation).toBeCloseTo(Math.sqrt((0.09 + 3 * 0.01) / 4), 6);
  expect(row[1]!.deviation).toBeCloseTo(0, 6);
  expect(column.map(({ count }) => count)).toEqual([3, 6, 3]);
});

test("profiles of what is no similarity of the grid are refused", () => {
  expect(() => meanProfiles(similarity, { height: 2, width: 2 })).toThrow(
    "similarity: expected [4, 4] for a 2x2 grid, found [6, 6]",
  );
  expect(() => similarityProfile(similarity, grid, { row: 2, col: 0 })).toThrow(
    "point: expected row 0 to 1 and col 0 to 2, found row 2, col 0",
  );
});

test("a difference is A minus B, of the same size, in a range around zero", () => {
  const map = (...values: number[]) => ({ height: 1, width: values.length, data: Float32Array.from(values) });
  const difference = differenceOf(map(3, 1, 0.5), map(1, 4, 0.5));
  expect(difference).toEqual(map(2, -3, 0));
  expect(symmetricRange([difference, map(Number.NaN, 1)])).toEqual([-3, 3]);
  expect(symmetricRange([differenceOf(similarity, similarity)])).toEqual([-1, 1]);
  expect(differenceOf(similarity, similarity).shape).toEqual([6, 6]);
  expect(() => differenceOf(map(1), map(1, 2))).toThrow("difference: expected two of the same size, found 1x1 and 1x2");
  expect(() => symmetricRange([map(Number.NaN)])).toThrow("difference: expected at least one finite value, found none");
});
