import { describe, expect, it } from "vitest";
import { FigureError } from "../../lib/errors";
import { barsFigure } from "../../lib/figure/bars";
import { lineChartFigure } from "../../lib/figure/lineChart";
import type { LinePanel } from "../../lib/figure/linePanel";
import { segmentationFigure } from "../../lib/figure/segmentation";
import { trainingCurves } from "../../lib/figure/trainingCurves";
import { samplePhoto } from "./samples";

const photo = samplePhoto(11, 17);
const mask = { height: 2, width: 3, classes: Uint16Array.of(0, 1, 2, 0, 1, 23) };
const panel = { title: "t", xLabel: "x", yLabel: "y", series: [{ name: "one", points: [[1, -3]] }] } as const;
const chart = (changes: Partial<LinePanel>) => lineChartFigure({ panels: [{ ...panel, ...changes }] });

const cases: [code: string, message: string, make: () => unknown][] = [
  [
    "photo-invalid",
    "photo: expected 561 bytes for 11x17 RGB, found 3",
    () => segmentationFigure({ ...photo, data: new Uint8Array(3) }, mask),
  ],
  [
    "grid-invalid",
    "mask: expected 35 classes for 5x7, found 6",
    () => segmentationFigure(photo, { ...mask, height: 5, width: 7 }),
  ],
  [
    "class-invalid",
    "mask: expected class numbers in 0..2, found 23",
    () => segmentationFigure(photo, mask, { classNames: ["sky", "tree", "car"] }),
  ],
  [
    "class-invalid",
    "labels: expected class numbers in 0..65535, found 0.5",
    () => segmentationFigure(photo, mask, { labels: { height: 1, width: 1, classes: [0.5] } }),
  ],
  [
    "option-invalid",
    "opacity: expected a number in 0..1, found -1",
    () => segmentationFigure(photo, mask, { opacity: -1 }),
  ],
  [
    "option-invalid",
    'outline: expected one of none, white, dark, found "red"',
    () => segmentationFigure(photo, mask, { outline: "red" as "dark" }),
  ],
  [
    "character-missing",
    'class 1: expected characters of the typeface Inter, found "山" (U+5C71)',
    () => segmentationFigure(photo, { height: 1, width: 1, classes: [1] }, { classNames: ["sky", "山"] }),
  ],
  ["bars-empty", "bars: expected at least one, found none", () => barsFigure([])],
  [
    "option-invalid",
    "limit: expected a whole number in 1..9007199254740991, found 0",
    () => barsFigure([{ name: "a", value: 1 }], { limit: 0 }),
  ],
  [
    "value-outside",
    "range: expected to hold 0 and all values, found 3 outside 0..1",
    () => barsFigure([{ name: "a", value: 3 }], { range: [0, 1] }),
  ],
  [
    "value-outside",
    "value of b: expected a finite value or NaN, found Infinity",
    () => barsFigure([{ name: "b", value: Number.POSITIVE_INFINITY }]),
  ],
  [
    "color-invalid",
    'a: expected a colour as #rrggbb, found "red"',
    () => barsFigure([{ name: "a", value: 3, color: "red" }]),
  ],
  ["panels-empty", "panels: expected at least one, found none", () => lineChartFigure({ panels: [] })],
  ["value-outside", "panel 1, one: expected values above 0 on a log scale, found -3", () => chart({ yScale: "log" })],
  ["range-invalid", "panel 1: expected a range with min < max, found [2, 2]", () => chart({ xRange: [2, 2] })],
  [
    "option-invalid",
    "panelsPerRow: expected a whole number in 1..5, found 6",
    () => lineChartFigure({ panels: [panel] }, { panelsPerRow: 6 }),
  ],
  [
    "option-invalid",
    "smoothing: expected a whole number in 1..1000000000, found 0",
    () => trainingCurves({ losses: [], evaluations: [] }, { smoothing: 0 }),
  ],
];

describe("a chart or segmentation is refused in one sentence", () => {
  it.each(cases)("%s: %s", (code, message, make) => {
    expect(make).toThrow(expect.objectContaining({ code, message }));
    expect(make).toThrow(FigureError);
  });
});
