import { expect, test } from "vitest";
import { matrixProduct } from "../../lib/engine/matrixProduct";

const a = Float32Array.of(1, 2, 3, 4, 5, 6); // [2, 3]
const b = Float32Array.of(1, 0, 2, 1, 0, 3); // [3, 2]

test("a product is the one worked by hand", async () => {
  const { rows, columns, data } = await matrixProduct(
    { rows: 2, columns: 3, data: a },
    { rows: 3, columns: 2, data: b },
  );
  expect([rows, columns, ...data]).toEqual([2, 2, 5, 11, 14, 23]);
});

test("the second matrix may stand transposed", async () => {
  const { rows, columns, data } = await matrixProduct(
    { rows: 2, columns: 3, data: a },
    { rows: 2, columns: 3, data: a },
    true,
  );
  expect([rows, columns, ...data]).toEqual([2, 2, 14, 32, 32, 77]);
});

test("double precision stays double", async () => {
  const small = { rows: 1, columns: 2, data: Float64Array.of(1, 1e-12) };
  const { data } = await matrixProduct(small, { ...small, data: Float64Array.of(1, 1) }, true);
  expect(data).toEqual(Float64Array.of(1 + 1e-12));
});
