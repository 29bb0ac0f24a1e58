import { describe, expect, test } from "vitest";
import { labelsAt } from "../../lib/survey/loadImage";
import { predict } from "../../lib/survey/predict";
import { mirroredImage, resizeBilinear, scaledSize } from "../../lib/survey/resizeImage";
import { segmentsOf } from "../../lib/survey/segmentsOf";

describe("a picture for windows", () => {
  const window = { height: 480, width: 480 };

  test.each([
    [
      { height: 375, width: 500 },
      { shortSide: 520, longSide: null, ratio: 1 },
      { height: 520, width: 693 },
    ],
    [
      { height: 500, width: 375 },
      { shortSide: 520, longSide: null, ratio: 0.5 },
      { height: 640, width: 480 },
    ],
    [
      { height: 375, width: 500 },
      { shortSide: 520, longSide: null, ratio: 1.75 },
      { height: 910, width: 1213 },
    ],
    [
      { height: 100, width: 900 },
      { shortSide: 512, longSide: 2048, ratio: 1 },
      { height: 480, width: 4320 },
    ],
    [
      { height: 300, width: 1000 },
      { shortSide: 900, longSide: 2048, ratio: 1 },
      { height: 614, width: 2048 },
    ],
  ])("of %j with %j becomes %j", (picture, scale, size) => expect(scaledSize(picture, scale, window)).toEqual(size));

  test("is interpolated between the centres of pixels, without smoothing", () => {
    const image = { height: 1, width: 2, data: Uint8Array.of(0, 10, 20, 100, 30, 255) };
    expect([...resizeBilinear(image, { height: 1, width: 4 }).data]).toEqual([
      ...[0, 10, 20],
      ...[25, 15, 79],
      ...[75, 25, 196],
      ...[100, 30, 255],
    ]);
    const steps = { height: 1, width: 4, data: Uint8Array.from([0, 0, 0, 200, 200, 200, 0, 0, 0, 40, 40, 40]) };
    expect([...resizeBilinear(steps, { height: 1, width: 2 }).data]).toEqual([100, 100, 100, 20, 20, 20]);
  });

  test("is mirrored row by row", () => {
    const image = { height: 2, width: 2, data: Uint8Array.from({ length: 12 }, (_, i) => i) };
    expect([...mirroredImage(image).data]).toEqual([3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8]);
  });

  test("has labels in another size from the nearest pixels", () => {
    const labels = { height: 2, width: 3, classes: [1, 2, 3, 4, 5, -1] };
    expect([...Array.from(labelsAt(labels, { height: 3, width: 6 }))]).toEqual([
      ...[1, 1, 2, 2, 3, 3],
      ...[4, 4, 5, 5, -1, -1],
      ...[4, 4, 5, 5, -1, -1],
    ]);
    expect(labelsAt(labels, labels)).toBe(labels.classes);
  });
});

test("a prediction is the mean of the probabilities of all passes, mirrored ones turned back", async () => {
  const logs = (values: number[]) => Float32Array.from(values, Math.log);
  async function* passes() {
    yield { logits: { shape: [1, 2, 1, 2], data: logs([3, 1, 1, 1]) }, mirrored: false }; // 0.75, 0.5 for class 0
    yield { logits: { shape: [1, 2, 1, 2], data: logs([1, 1, 4, 9]) }, mirrored: true }; // turned back: 0.1, 0.2
  }
  const { classes, probabilities } = await predict(passes(), { height: 1, width: 2 }, 2);
  expect([...probabilities]).toEqual([0.425, 0.35, 0.575, 0.65].map((value) => expect.closeTo(value, 6)));
  expect([...classes]).toEqual([1, 1]);
});

test("segments are connected by sides, in reading order, and pixels without a class belong to none", () => {
  const classes = [...[2, 2, 5, 2], ...[2, 5, 5, 2], ...[5, -1, 2, 2]];
  const { ids, list } = segmentsOf(classes, 4);
  expect([...ids]).toEqual([0, 0, 1, 2, 0, 1, 1, 2, 3, -1, 2, 2]);
  expect(list).toEqual([
    { classIndex: 2, area: 3 },
    { classIndex: 5, area: 3 },
    { classIndex: 2, area: 4 },
    { classIndex: 5, area: 1 },
  ]);
});
