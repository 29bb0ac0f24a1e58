import { expect, test } from "vitest";
import { ConfusionMatrix } from "../../lib/train/metrics";

test("scores of a worked example: three classes, one pixel that does not count", () => {
  const confusion = new ConfusionMatrix(3);
  confusion.add([0, 0, 0, 1], [0, 0, 1, 1]);
  confusion.add([1, 2, 255, 2], [0, 2, 1, 2]);
  expect([...confusion.counts]).toEqual([2, 1, 0, 1, 1, 0, 0, 0, 2]);
  const { iou, meanIoU, pixelAccuracy } = confusion.scores();
  expect(iou).toEqual([2 / 4, 1 / 3, 1]);
  expect(meanIoU).toBeCloseTo((1 / 2 + 1 / 3 + 1) / 3, 12);
  expect(pixelAccuracy).toBeCloseTo(5 / 7, 12);
});

test("a class that occurs nowhere has no score and does not count; one that is found wrongly has 0", () => {
  const confusion = new ConfusionMatrix(4);
  confusion.add([0, 0, -1, 4], [0, 2, 3, 3]); // class 3 is found only where no label counts
  expect(confusion.scores()).toEqual({ iou: [1 / 2, Number.NaN, 0, Number.NaN], meanIoU: 1 / 4, pixelAccuracy: 1 / 2 });
});

test("without a pixel that counts there are no scores", () => {
  const confusion = new ConfusionMatrix(2);
  confusion.add([-1, 255], [0, 1]);
  const nothing = Number.NaN;
  expect(confusion.scores()).toEqual({ iou: [nothing, nothing], meanIoU: nothing, pixelAccuracy: nothing });
});

test("as many classes must be found as there are labels", () => {
  expect(() => new ConfusionMatrix(2).add([0, 1], [0])).toThrow("expected 2 found classes, found 1");
});
