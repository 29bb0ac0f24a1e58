import { expect, test } from "vitest";
import { focus } from "../../lib/analysis/focus";

const map = { height: 1, width: 2, data: Float32Array.of(3, 1) };

test("by hand: the thing covers half of the first patch and none of the second", () => {
  const pixels = [1, 0, 0, 0, 1, 0, 0, 0];
  expect(focus(map, pixels, { height: 2, width: 4 })).toEqual({ inside: 0.375, area: 0.25 });
});

test("an even map has inside what the thing covers", () => {
  const even = { height: 2, width: 2, data: new Float32Array(4).fill(0.7) };
  const { inside, area } = focus(even, [1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], { height: 4, width: 4 });
  expect(inside).toBeCloseTo(area);
});

test("sizes that do not fit are refused, a map of zeros has no focus", () => {
  expect(() => focus(map, [1, 1, 1], { height: 1, width: 3 })).toThrow("expected multiples of 1x2 patches, found 1x3");
  const zeros = { height: 1, width: 1, data: new Float32Array(1) };
  expect(focus(zeros, [1], { height: 1, width: 1 }).inside).toBeNaN();
});
