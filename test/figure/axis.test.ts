import { describe, expect, it } from "vitest";
import { niceRange, positionOf, ticksOf, widened } from "../../lib/figure/axis";

describe("ticks", () => {
  it.each<[[number, number], number, string[]]>([
    [[0, 1], 5, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]],
    [[0, 0.7], 3, ["0", "0.5"]],
    [[-0.3, 0.1], 4, ["−0.3", "−0.2", "−0.1", "0", "0.1"]],
    [[0, 12_000], 3, ["0", "5\u2009000", "10\u2009000"]],
    [[1970, 1990], 2, ["1970", "1980", "1990"]],
    [[10_200, 10_230], 3, ["10\u2009200", "10\u2009210", "10\u2009220", "10\u2009230"]],
    [[0, 3e7], 3, ["0", "1e7", "2e7", "3e7"]],
    [[0, 0.000003], 3, ["0", "1e−6", "2e−6", "3e−6"]],
    [[0.13, 0.17], 1, ["0.15"]],
    [[0.16, 0.19], 1, []],
  ])("in %j, about %i, are round values", (range, count, texts) => {
    expect(ticksOf(range, count).map(({ text }) => text)).toEqual(texts);
  });

  it.each<[[number, number], number, string[]]>([
    [[0.02, 300], 5, ["0.1", "1", "10", "100"]],
    [[1e-9, 1], 4, ["1e−9", "1e−6", "0.001", "1"]],
    [[2, 60], 6, ["2", "5", "10", "20", "50"]],
    [[2, 2.4], 4, ["2.0", "2.1", "2.2", "2.3", "2.4"]],
  ])("on a log scale in %j, about %i, are powers of ten where these are many", (range, count, texts) => {
    expect(ticksOf(range, count, "log").map(({ text }) => text)).toEqual(texts);
  });
});

describe("an axis", () => {
  it("begins and ends at round values around its range", () => {
    expect(niceRange([0.13, 0.71], 5)).toEqual([0, 0.8]);
    expect(niceRange([-0.1, 1], 5)).toEqual([-0.5, 1]);
    expect(niceRange([0, 61.3], 5)).toEqual([0, 80]);
  });

  it("has room around a single value", () => {
    expect(widened([50, 50])).toEqual([45, 55]);
    expect(widened([0, 0])).toEqual([-1, 1]);
    expect(widened([2, 3])).toEqual([2, 3]);
  });

  it("places values in proportion, or by their logarithm", () => {
    expect(positionOf(5, [3, 7])).toBe(0.5);
    expect(positionOf(10, [1, 1000], "log")).toBeCloseTo(1 / 3);
  });
});
