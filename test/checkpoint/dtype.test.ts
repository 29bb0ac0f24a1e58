import fc from "fast-check";
import { expect, test } from "vitest";
import { toFloat32, toHalf } from "../../lib/checkpoint/dtype";

const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

test("every half-precision number widens and narrows to itself", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const back = toHalf(toFloat32(bytes(all), "F16"));
  const isNotANumber = (half: number) => (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0;
  for (const half of all)
    expect(isNotANumber(half) ? isNotANumber(back[half]!) : back[half] === half, `0x${half.toString(16)}`).toBe(true);
});

test.each([
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [2 ** -25, 0],
  [2 ** -25 * 1.0001, 1],
  [-(2 ** -14), 0x8400],
])("%f narrows to the nearest half, ties to even", (value, half) => {
  expect(toHalf(Float32Array.of(value))[0]).toBe(half);
});

test("narrowing is off by at most half a unit in the last place", () => {
  fc.assert(
    fc.property(fc.float({ min: -60000, max: 60000, noNaN: true }), (value) => {
      const back = toFloat32(bytes(toHalf(Float32Array.of(value))), "F16")[0]!;
      expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(value) * 2 ** -11));
    }),
    { seed: 3, numRuns: 1000 },
  );
});

test("brain floats are the upper half of singles, at odd positions in memory too", () => {
  const stored = Uint8Array.of(0, 0x80, 0x3f, 0x20, 0xc1).subarray(1);
  expect([...toFloat32(stored, "BF16")]).toEqual([1, -10]);
});

test("integers and doubles become singles", () => {
  expect([...toFloat32(bytes(BigInt64Array.of(-3n, 12345678n)), "I64")]).toEqual([-3, 12345678]);
  expect([...toFloat32(bytes(Float64Array.of(0.1)), "F64")]).toEqual([Math.fround(0.1)]);
  expect([...toFloat32(Uint8Array.of(0, 1), "BOOL")]).toEqual([0, 1]);
});
