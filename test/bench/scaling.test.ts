import { expect, test } from "vitest";
import type { Point, Sweep } from "../../bench/scaling";
import { scalingTable } from "../../bench/scalingPage";

/** Time grows with the given power of x, memory not at all. */
function sweepOf(power: number): Sweep {
  const points = [2, 5, 11].map((x): Point => {
    const sample = { seconds: 3 * x ** power, memory: 0.7 };
    return { x, flop: 13 * x ** 1.2, plain: sample, captured: { ...sample, seconds: x ** (power + 0.5) } };
  });
  return { title: "Tokens", label: "Tokens", points, expected: { seconds: "between", memory: "flat" } };
}

test("the table of scaling has a line for time and one for memory, with the exponents that were found and expected", () => {
  expect(
    scalingTable([sweepOf(1.25)])
      .split("\n")
      .slice(2),
  ).toEqual([
    "| Tokens (2, 5, 11), time | 1.25 | 1.75 | 1.20 | between |",
    "| Tokens (2, 5, 11), memory | 0.00 | 0.00 |  | flat |",
  ]);
});
