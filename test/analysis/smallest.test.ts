import fc from "fast-check";
import { expect, test } from "vitest";
import { smallest } from "../../lib/analysis/smallest";

test("the k-th smallest value is the k-th of the sorted ones, whatever their order and however many are equal", () => {
  const values = fc.oneof(
    fc.float32Array({ minLength: 1, maxLength: 60, noNaN: true }),
    fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 60 }).map((list) => Float32Array.from(list)),
  );
  const chosen = values.chain((list) => fc.tuple(fc.constant(list), fc.integer({ min: 1, max: list.length })));
  fc.assert(
    fc.property(chosen, ([list, k]) => {
      const before = list.slice();
      expect(smallest(list, k)).toEqual(list.slice().sort()[k - 1]! + 0 || expect.closeTo(0));
      expect(list).toEqual(before);
    }),
    { seed: 31, numRuns: 500 },
  );
});
