import { describe, expect, test } from "vitest";
import { inTurn, median, medianRatio, powerLaw } from "../../bench/statistics";

describe("median", () => {
  test("is the middle value, whatever the order", () => {
    expect(median([11, 2, 7])).toBe(7);
  });

  test("of an even number is between the middle two", () => {
    expect(median([13, 2, 3, 5])).toBe(4);
  });
});

describe("medianRatio", () => {
  test("is the median of the rounds' ratios, not the ratio of the medians", () => {
    expect(medianRatio([2, 30, 5], [4, 10, 50])).toBe(0.5); // ratios 0.5, 3, 0.1; medians 5 and 10
    expect(medianRatio([2, 12, 9], [8, 3, 6])).toBe(1.5); // ratios 0.25, 4, 1.5; medians 9 and 6
    expect(medianRatio([1, 3, 10], [10, 2, 5])).toBe(1.5); // ratios 0.1, 1.5, 2; medians 3 and 5
  });

  test("refuses values that are no pairs", () => {
    expect(() => medianRatio([1, 2], [3])).toThrow("pairs: expected as many of both, found 2 and 1");
  });
});

describe("powerLaw", () => {
  test("finds factor and exponent of points that follow one", () => {
    const law = powerLaw([2, 3, 7, 11].map((x) => [x, 5 * x ** 1.7]));
    expect(law.exponent).toBeCloseTo(1.7, 12);
    expect(law.factor).toBeCloseTo(5, 12);
  });

  test("is flat for values that stay the same", () => {
    const { exponent, factor } = powerLaw([2, 5, 13].map((x) => [x, 3]));
    expect(exponent).toBeCloseTo(0, 12);
    expect(factor).toBeCloseTo(3, 12);
  });

  test("goes between points that scatter about it", () => {
    const { exponent } = powerLaw([
      [1, 2],
      [10, 5],
      [10, 20],
      [100, 50],
    ]);
    expect(exponent).toBeCloseTo(Math.log10(25) / 2, 12); // as without the middle two, whose mean lies on the line
  });
});

describe("inTurn", () => {
  const calls: string[] = [];
  const measures = ["ours", "theirs"].map((name) => async () => {
    calls.push(name);
    return calls.length;
  });

  test("calls one after the other in every round, and leaves the first round out", async () => {
    expect(await inTurn(measures, 2)).toEqual([
      [3, 5],
      [4, 6],
    ]);
    expect(calls).toEqual(["ours", "theirs", "ours", "theirs", "ours", "theirs"]);
  });
});
