import { describe, expect, it } from "vitest";
import { classColors } from "../../lib/figure/classPalette";
import type { Figure, PathElement, PhotoElement } from "../../lib/figure/description";
import { boundaries, classShares, roundedShares } from "../../lib/figure/labelMap";
import { segmentationFigure } from "../../lib/figure/segmentation";
import { sampleLabels, samplePhoto } from "./samples";
import { texts } from "./texts";

const photo = samplePhoto(11, 17);

function element<T>(figure: Figure, id: string): T {
  return figure.elements.find((candidate) => candidate.id === id) as unknown as T;
}

describe("the legend of a segmentation", () => {
  const names = Array.from({ length: 31 }, (_, i) => `kind ${i}`);
  const mask = { height: 2, width: 3, classes: Uint16Array.of(29, 5, 5, 5, 29, 7) };

  it("holds the classes that occur, largest first, and no others", () => {
    const figure = segmentationFigure(photo, mask, { classNames: names });
    expect(texts(figure, /^class-.*-name/)).toEqual(["kind 5", "kind 29", "kind 7"]);
    expect(texts(figure, /^class-.*-value/)).toEqual(["50.0", "33.3", "16.7"]);
  });

  it("names classes by their number where there are no names", () => {
    expect(texts(segmentationFigure(photo, mask), /-name/)).toEqual(["class 5", "class 29", "class 7"]);
  });

  it.each([1, 3, 7, 60])("of %i classes sums to 100 %%", (count) => {
    const figure = segmentationFigure(photo, sampleLabels(61, 101, count));
    const values = texts(figure, /-value/);
    expect(values).toHaveLength(count);
    expect(values.reduce((sum, value) => sum + Number(value), 0)).toBeCloseTo(100, 6);
  });

  it("shows the colours that the classes have on the map", () => {
    const figure = segmentationFigure(photo, mask, { classNames: names });
    const { image } = element<PhotoElement>(figure, "segmentation-classes");
    const hex = (pixel: number) => Buffer.from(image.data.subarray(3 * pixel, 3 * pixel + 3)).toString("hex");
    const swatches = [29, 5, 7].map((label) => element<{ fill: string }>(figure, `class-${label}-color`).fill);
    expect(swatches).toEqual([29, 5, 7].map((label) => classColors(31, names)[label]));
    expect([0, 1, 5].map((pixel) => `#${hex(pixel)}`)).toEqual(swatches);
  });

  it("has both shares beside labels, and a dash for what occurs in one alone", () => {
    const labels = { height: 1, width: 4, classes: [29, 7, 255, 30] };
    const figure = segmentationFigure(photo, mask, { classNames: names, labels, ignoreLabel: 255 });
    expect(texts(figure, /-name/)).toEqual(["kind 5", "kind 29", "kind 7", "kind 30", "not labelled"]);
    expect(texts(figure, /-value-1/)).toEqual(["50.0", "33.3", "16.7", "–", ""]);
    expect(texts(figure, /-value-2/).map(Number)).toEqual([Number.NaN, 33.3, 33.4, 33.3, 0]);
    expect(texts(figure, /-title/)).toEqual(["Input", "Segmentation", "Labels"]);
  });

  it("says <0.1 of a class that is hardly there", () => {
    const classes = new Uint16Array(71 * 73);
    classes[40] = 1;
    expect(texts(segmentationFigure(photo, { height: 71, width: 73, classes }), /-value/)).toEqual(["100.0", "<0.1"]);
  });
});

describe("the panels of a segmentation", () => {
  it("have the size of the picture's aspect and lie apart", () => {
    const figure = segmentationFigure(photo, sampleLabels(5, 7, 3));
    const [input, found] = ["input", "segmentation"].map((id) => element<PhotoElement>(figure, id));
    expect(input.height / input.width).toBeCloseTo(11 / 17);
    expect(found.x).toBeGreaterThan(input.x + input.width);
    expect([found.y, found.width]).toEqual([input.y, input.width]);
  });

  it("cover the picture by the opacity asked for, and have outlines unless told otherwise", () => {
    const mask = sampleLabels(5, 7, 3);
    const plain = segmentationFigure(photo, mask, { opacity: 0.3, outline: "none" });
    expect(element<PhotoElement>(plain, "segmentation-classes").opacity).toBe(0.3);
    expect(plain.elements.some(({ kind }) => kind === "path")).toBe(false);
    const dark = segmentationFigure(photo, mask, { outline: "dark" });
    expect(element<PathElement>(dark, "segmentation-outlines").color).toBe("#1a1a1a");
  });
});

describe("a map of classes", () => {
  const map = { height: 2, width: 3, classes: [4, 4, 9, 4, 9, 9] };

  it("has lines where neighbours differ, joined where they go on", () => {
    const box = { x: 10, y: 20, width: 6, height: 4 };
    expect(boundaries(map, box)).toEqual([
      [12, 22, 14, 22],
      [12, 22, 12, 24],
      [14, 20, 14, 22],
    ]);
    expect(boundaries({ height: 2, width: 2, classes: [1, 1, 2, 2] }, box)).toEqual([[10, 22, 16, 22]]);
  });

  it("has shares of the pixels that count", () => {
    expect(classShares(map)).toEqual(
      new Map([
        [4, 0.5],
        [9, 0.5],
      ]),
    );
    expect(classShares(map, 9)).toEqual(new Map([[4, 1]]));
  });

  it("has shares rounded by the largest remainders", () => {
    const thirds = new Map([0, 1, 2].map((label) => [label, 1 / 3]));
    expect([...roundedShares(thirds).values()]).toEqual([334, 333, 333]);
  });
});
