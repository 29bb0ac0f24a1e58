import { expect, test } from "vitest";
import { positionStructure } from "../../lib/analysis/positionStructure";

/** Similarities of a row of patches, by their distance. */
function rowOf(length: number, similarity: (distance: number) => number) {
  const data = Float32Array.from({ length: length * length }, (_, i) =>
    similarity(Math.abs(Math.floor(i / length) - (i % length))),
  );
  return positionStructure({ shape: [length, length], data }, { height: 1, width: length });
}

test("similarity that is nothing but nearness correlates with it fully, its opposite fully against it", () => {
  expect(rowOf(5, (distance) => 1 - distance / 4)).toMatchObject({ neighbours: 0.75, correlation: 1 });
  expect(rowOf(5, (distance) => distance / 4).correlation).toBeCloseTo(-1);
});

test("by hand: three patches in a row", () => {
  const { neighbours, distant, correlation } = rowOf(3, (distance) => [1, 0.5, 0.2][distance]!);
  expect(neighbours).toBeCloseTo(0.5);
  expect(distant).toBeCloseTo(0.2); // at least one and a half apart
  expect(correlation).toBeCloseTo(1); // three points on a line: (-1, 0.5) twice and (-2, 0.2)
});

test("similarity that does not vary has no correlation, a single patch no structure", () => {
  expect(rowOf(4, () => 0.5).correlation).toBeNaN();
  expect(rowOf(1, () => 1)).toEqual({ neighbours: Number.NaN, distant: Number.NaN, correlation: Number.NaN });
});
