import fc from "fast-check";
import { expect, test } from "vitest";
import { entropySum } from "../../lib/analysis/entropy";

test("the entropy of shares is that by the logarithm itself, down to the smallest", () => {
  const share = fc.oneof(
    fc.float({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 126 }).map((exponent) => 2 ** -exponent),
    fc.constantFrom(0, 1, 1 - 2 ** -24, 1e-30, 1e-44),
  );
  fc.assert(
    fc.property(fc.array(share, { minLength: 1, maxLength: 41 }), (list) => {
      const shares = Float32Array.from(list);
      const expected = shares.reduce((sum, value) => sum - (value > 0 ? value * Math.log(value) : 0), 0);
      expect(Math.abs(entropySum(shares) - expected)).toBeLessThan(1e-13 * shares.length);
    }),
    { seed: 37, numRuns: 1000 },
  );
});

test("the entropy of a part of a longer list is that of the part", () => {
  expect(entropySum(Float32Array.of(0.9, 0.25, 0.75, 0.9).subarray(1, 3))).toBeCloseTo(
    0.25 * Math.log(4) + 0.75 * Math.log(4 / 3),
    10,
  );
});
