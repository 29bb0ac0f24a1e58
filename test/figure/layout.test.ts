import { describe, expect, it } from "vitest";
import { type Box, type Figure, isRaster } from "../../lib/figure/description";
import { featuresFigure } from "../../lib/figure/features";
import { positionSimilarityFigure } from "../../lib/figure/positionSimilarity";
import { textBox } from "../../lib/figure/textLayout";
import { recipe, sampleFigures, sampleGrid, samplePhoto, sampleSimilarity } from "./samples";

interface NamedBox extends Box {
  readonly name: string;
  readonly isText: boolean;
}

function boxes(figure: Figure): NamedBox[] {
  return figure.elements.flatMap((element): NamedBox[] => {
    if (element.kind === "text") return [{ ...textBox(element), name: element.id ?? "text", isText: true }];
    if (isRaster(element)) return [{ ...element, name: element.id ?? element.kind, isText: false }];
    return [];
  });
}

/** Pairs of texts, or of a text and a raster, that share more than rounding. */
function overlaps(figure: Figure): string[] {
  const all = boxes(figure);
  const shares = (a: number, aLength: number, b: number, bLength: number) =>
    Math.min(a + aLength, b + bLength) - Math.max(a, b) > 1e-6;
  return all.flatMap((one, i) =>
    all
      .slice(i + 1)
      .filter((other) => one.isText || other.isText)
      .filter((other) => shares(one.x, one.width, other.x, other.width))
      .filter((other) => shares(one.y, one.height, other.y, other.height))
      .map((other) => `${one.name} on ${other.name}`),
  );
}

function outside(figure: Figure): string[] {
  return boxes(figure)
    .filter(({ x, y, width, height }) => x < 0 || y < 0 || x + width > figure.width || y + height > figure.height)
    .map(({ name }) => name);
}

describe.each([60, 84, 174, 331])("at a page width of %i mm", (width) => {
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
