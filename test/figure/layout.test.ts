import { describe, expect, it } from "vitest";
import { classScoresFigure } from "../../lib/figure/classScores";
import type { Box, Figure } from "../../lib/figure/description";
import { featuresFigure } from "../../lib/figure/features";
import { lineChartFigure } from "../../lib/figure/lineChart";
import { positionSimilarityFigure } from "../../lib/figure/positionSimilarity";
import { segmentationFigure } from "../../lib/figure/segmentation";
import { trainingCurves } from "../../lib/figure/trainingCurves";
import { outside, overlaps } from "./boxes";
import {
  recipe,
  sampleFigures,
  sampleGrid,
  sampleLabels,
  samplePhoto,
  sampleSimilarity,
  sampleTraining,
} from "./samples";

const photo = samplePhoto(11, 17);
const long = "trees and other plants that are taller than a person, and an unbreakablewordoutofmanyletters";
const line = {
  name: long,
  points: [
    [-120_000, 0.0001],
    [120_000, 0.0007],
  ],
} as const;

function named(count: number) {
  const classNames = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? `${long} ${i}` : `class ${i}`));
  return { classNames, labels: sampleLabels(7, 5, count) };
}

function scores(count: number) {
  return named(count).classNames.map((name, i) => ({ name, value: (i % 5) - 1.37 }));
}

describe.each([60, "single-column", "double-column", 331, "slide"] as const)("at a page width of %s", (width) => {
  const options = { width, recipe: { ...recipe, long: "unbreakable".repeat(31) }, untrained: true };
  const grids = [
    { height: 13, width: 13 },
    { height: 2, width: 11 },
    { height: 11, width: 2 },
    { height: 1, width: 1 },
  ];
  const deep = Array.from({ length: 48 }, (_, i) => ({ name: `Z${i + 1}`, image: samplePhoto(3, 2) }));
  const figures: Record<string, Figure> = {
    ...sampleFigures(options),
    ...Object.fromEntries(
      grids.map((grid) => [
        `a similarity of ${grid.height}x${grid.width} patches`,
        positionSimilarityFigure(sampleSimilarity(grid.height, grid.width), grid, { ...options, range: "shared" }),
      ]),
    ),
    ...Object.fromEntries(
      [1, 8, 60].flatMap((count) => [
        [`a segmentation of ${count} classes`, segmentationFigure(photo, sampleLabels(60, 60, count), options)],
        [
          `a segmentation of ${count} classes with long names beside labels`,
          segmentationFigure(photo, sampleLabels(60, 60, count), { ...options, ...named(count) }),
        ],
        [`scores of ${count} classes`, classScoresFigure(scores(count), options)],
      ]),
    ),
    ...Object.fromEntries(
      [0, 1, 2, 29].map((count) => [
        `curves with ${count} evaluations`,
        trainingCurves(sampleTraining(1000 * count, count), options),
      ]),
    ),
    "lines with long names": lineChartFigure(
      { panels: [{ title: long, xLabel: long, yLabel: long, series: [line, { ...line, name: "two" }, line] }] },
      options,
    ),
    "48 layers without a decoder": featuresFigure({ input: samplePhoto(3, 2), encoder: deep, decoder: [] }, options),
    "a single layer": featuresFigure(
      { input: samplePhoto(2, 29), encoder: [{ name: "encoder output", image: sampleGrid(2, 3) }], decoder: [] },
      options,
    ),
  };

  for (const [name, figure] of Object.entries(figures)) {
    it(`${name} keeps texts apart from each other and from pictures`, () => expect(overlaps(figure)).toEqual([]));
    it(`${name} stays on the page`, () => expect(outside(figure)).toEqual([]));
  }
});

describe("the tiles of Figure 1", () => {
  const numbers = (figure: Figure, axis: string) =>
    figure.elements
      .filter((element) => element.kind === "text")
      .filter(({ id }) => id?.startsWith(`${axis}-`))
      .map(({ runs }) => Number(runs[0].text));
  const grid = { height: 13, width: 17 };
  const similarity = sampleSimilarity(13, 17);

  it("are centred on the grid when only every fifth is shown", () => {
    const figure = positionSimilarityFigure(similarity, grid, { every: 5 });
    expect(numbers(figure, "row")).toEqual([1, 6, 11]);
    expect(numbers(figure, "column")).toEqual([0, 5, 10, 15]);
  });

  it("hold the rows of the similarity array", () => {
    const { elements } = positionSimilarityFigure(similarity, grid, { every: 5 });
    const mosaic = elements.find((element) => element.kind === "mosaic");
    const patches = 13 * 17;
    const second = mosaic?.values.subarray(patches, 2 * patches);
    expect(second).toEqual(similarity.subarray((1 * 17 + 5) * patches, (1 * 17 + 6) * patches));
  });

  it("share a range when asked to", () => {
    const values = sampleSimilarity(2, 3);
    values[5] = -0.5;
    const { elements } = positionSimilarityFigure(values, { height: 2, width: 3 }, { range: "shared" });
    const mosaic = elements.find((element) => element.kind === "mosaic");
    expect(mosaic?.range).toEqual([-0.5, Math.max(...values)]);
  });
});

describe("the marker of an attention figure", () => {
  it("stands on the centre of the picked patch", () => {
    const { elements } = sampleFigures({}).attention;
    const photo = elements.find((element) => element.id === "photo-2") as unknown as Box;
    const marker = elements.find((element) => element.id === "marker-2");
    expect(marker).toMatchObject({
      x: expect.closeTo(photo.x + (6.5 / 7) * photo.width),
      y: expect.closeTo(photo.y + (4.5 / 5) * photo.height),
    });
  });
});
