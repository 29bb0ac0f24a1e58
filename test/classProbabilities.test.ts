import { expect, test } from "vitest";
import { classProbabilities } from "../lib/classProbabilities";
import { variantConfig } from "../lib/model/variants";

const config = { ...variantConfig("pup-small", { imageHeight: 16, imageWidth: 16 }), numClasses: 3 };

/** Scores of 0, except for class 1, which has the given scores in the first pixels. */
function logitsOf(...scores: number[]) {
  const data = new Float32Array(3 * 256);
  data.set(scores, 256);
  return { shape: [1, 3, 16, 16], data };
}

test("probabilities are softmaxed scores, averaged over the region alone", () => {
  const logits = logitsOf(Math.log(2), 1000, 5); // 1, 2, 1 quarters; then certainty; the third pixel is outside
  const region = { box: { top: 0, left: 0, height: 1, width: 2 } };
  const found = [...classProbabilities(logits, region, { config })];
  expect(found).toEqual([0.125, 0.75, 0.125].map((value) => expect.closeTo(value, 6)));
});

test("scores of another size are refused", () => {
  const logits = { shape: [1, 3, 8, 8], data: new Float32Array(192) };
  const region = { pixel: { y: 0, x: 0 } };
  expect(() => classProbabilities(logits, region, { config })).toThrow(
    "logits: expected [1, 3, 16, 16], found [1, 3, 8, 8]",
  );
});
