import { expect, test } from "vitest";
import { classMask } from "../lib/segment";

test("the mask holds the class with the highest score", () => {
  const logits = { shape: [1, 3, 1, 2], data: Float32Array.of(0, 5, 1, 4, 2, 3) };
  expect([...classMask(logits).classes]).toEqual([2, 0]);
});

test("scores are interpolated before the highest is taken", () => {
  const logits = { shape: [1, 2, 1, 2], data: Float32Array.of(0, 0, -1, 3) };
  expect([...classMask(logits, { height: 1, width: 4 }).classes]).toEqual([0, 0, 1, 1]); // class 1: -1, 0, 2, 3
});
