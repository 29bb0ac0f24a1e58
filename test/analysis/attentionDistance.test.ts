import { describe, expect, test } from "vitest";
import {
  attentionDistance,
  attentionEntropy,
  attentionStatistics,
  meanStatistics,
} from "../../lib/analysis/attentionDistance";
import { headMaps } from "../../lib/analysis/attentionHeads";
import type { NdArray } from "../../lib/arrays";

/** Heads of one layer, each N x N. */
function layer(...heads: number[][][]): NdArray {
  const tokens = heads[0]!.length;
  return { shape: [1, heads.length, tokens, tokens], data: Float32Array.from(heads.flat(2)) };
}

function filled(tokens: number, value: (i: number, j: number) => number): number[][] {
  return Array.from({ length: tokens }, (_, i) => Array.from({ length: tokens }, (_, j) => value(i, j)));
}

const identity = (tokens: number) => filled(tokens, (i, j) => (i === j ? 1 : 0));
const even = (tokens: number) => filled(tokens, () => 1 / tokens);
const row = { height: 1, width: 3 };

const byHand = [
  [0.5, 0.5, 0],
  [0.25, 0.5, 0.25],
  [1, 0, 0],
];

describe("the mean attention distance", () => {
  test("of three patches in a row, worked by hand", () => {
    // 0.5 patches, 0.5 patches and 2 patches, of 16 pixels each: their mean is one patch.
    expect(attentionDistance([layer(byHand)], row, 16)).toEqual([[16]]);
  });

  test("leaves the class token out and divides each row by what is left", () => {
    // Patches 0 and 1; the first row of the patches, [0.4, 0.6] without the class token's 0.5, says 0.6 of one patch.
    const attention = layer([
      [1, 0, 0],
      [0.5, 0.2, 0.3],
      [0.75, 0, 0.25],
    ]);
    expect(attentionDistance([attention], { height: 2, width: 1 }, 10)[0]![0]).toBeCloseTo(3);
  });

  test("does not count a patch that looks at the class token alone", () => {
    const attention = layer([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(attentionDistance([attention], { height: 1, width: 2 }, 7)).toEqual([[7]]);
  });

  test("is zero where every patch looks at itself, and the mean distance of all pairs where it looks at all alike", () => {
    const { distance, evenDistance } = attentionStatistics([layer(identity(6), even(6))], { height: 2, width: 3 }, 8);
    expect(distance[0]![0]).toBe(0);
    expect(distance[0]![1]).toBeCloseTo(evenDistance, 4);
    const sums = 6 * 0 + 14 * 1 + 8 * Math.SQRT2 + 4 * 2 + 4 * Math.sqrt(5); // over the 36 ordered pairs of 2 x 3 patches
    expect(evenDistance).toBeCloseTo((8 * sums) / 36);
  });

  test("is one value per layer for heads that were averaged", () => {
    const mean = { shape: [1, 3, 3], data: layer(byHand).data };
    expect(attentionDistance([mean, mean], row, 16)).toEqual([[16], [16]]);
  });
});

describe("the attention entropy", () => {
  test("of three tokens, worked by hand", () => {
    const expected = (Math.log(2) + (0.25 * Math.log(4) * 2 + 0.5 * Math.log(2)) + 0) / 3;
    expect(attentionEntropy([layer(byHand)])[0]![0]).toBeCloseTo(expected, 6);
  });

  test("is 0 for one token looked at, ln N for all alike, and divided by ln N at most 1", () => {
    const { entropy, relativeEntropy, evenEntropy } = attentionStatistics([layer(identity(3), even(3))], row, 16);
    expect(entropy[0]![0]).toBe(0);
    expect(entropy[0]![1]).toBeCloseTo(Math.log(3), 6);
    expect(relativeEntropy[0]![1]).toBeCloseTo(1, 6);
    expect(evenEntropy).toBeCloseTo(Math.log(3));
  });

  test("of averaged heads is at least the mean of the heads'", () => {
    const other = [byHand[2]!, byHand[0]!, byHand[1]!];
    const heads = attentionEntropy([layer(byHand, other)])[0]!;
    const mean = layer(filled(3, (i, j) => (byHand[i]![j]! + other[i]![j]!) / 2));
    expect(attentionEntropy([mean])[0]![0]).toBeGreaterThan((heads[0]! + heads[1]!) / 2);
  });
});

test("statistics of pictures are averaged head by head, and only where they fit", () => {
  const [one, other] = [identity(3), byHand].map((head) => attentionStatistics([layer(head)], row, 16));
  expect(meanStatistics([one!, other!]).distance).toEqual([[8]]);
  expect(() => meanStatistics([])).toThrow("statistics: expected those of at least one picture, found none");
  const two = attentionStatistics([layer(byHand, byHand)], row, 16);
  expect(() => meanStatistics([one!, two])).toThrow(
    "statistics: expected the same layers, heads and grid for every picture (1 heads, even distance",
  );
});

test("head maps are the row of a patch, or the mean row, without the class token", () => {
  const attention = layer(
    [
      [0, 0.5, 0.5],
      [0.2, 0.3, 0.5],
      [0.4, 0.5, 0.1],
    ],
    identity(3),
  );
  const grid = { height: 1, width: 2 };
  const rounded = (maps: ReturnType<typeof headMaps>) => maps.map(({ data }) => [...data].map((v) => +v.toFixed(6)));
  expect(rounded(headMaps(attention, grid, { row: 0, col: 1 }))).toEqual([
    [0.5, 0.1],
    [0, 1],
  ]);
  expect(rounded(headMaps(attention, grid))).toEqual([
    [0.4, 0.3],
    [0.5, 0.5],
  ]);
  expect(() => headMaps(attention, grid, { row: 1, col: 0 })).toThrow(
    "point: expected row 0 to 0 and col 0 to 1, found row 1, col 0",
  );
});

test("attention that does not fit the grid is refused", () => {
  expect(() => attentionDistance([layer(byHand)], { height: 1, width: 5 }, 16)).toThrow(
    "attention: expected [1, N, N] or [1, H, N, N] with N of 5 or 6, found [1, 1, 3, 3]",
  );
  expect(() => attentionEntropy([{ shape: [3, 3], data: new Float32Array(9) }])).toThrow("found [3, 3]");
});
