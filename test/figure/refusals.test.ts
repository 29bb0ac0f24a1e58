import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FigureError } from "../../lib/errors";
import { attentionFigure } from "../../lib/figure/attention";
import { featuresFigure } from "../../lib/figure/features";
import { positionSimilarityFigure } from "../../lib/figure/positionSimilarity";
import { saveFigure } from "../../lib/figure/save";
import { sampleFigures, sampleGrid, samplePhoto, sampleSimilarity } from "./samples";

const photo = samplePhoto(11, 17);
const map = sampleGrid(5, 7);
const point = { row: 2, col: 3 };
const grid = { height: 3, width: 5 };
const similarity = sampleSimilarity(3, 5);
const tile = { name: "Z1", image: map };
const nan = { height: 1, width: 2, data: Float32Array.of(Number.NaN, Number.NaN) };

const cases: [code: string, message: string, make: () => unknown][] = [
  [
    "similarity-invalid",
    "similarity: expected [14, 14] for a grid of 14 patches, found [225]",
    () => positionSimilarityFigure(similarity, { height: 2, width: 7 }),
  ],
  [
    "similarity-invalid",
    "similarity: expected [15, 15] for a grid of 15 patches, found [225, 1]",
    () => positionSimilarityFigure({ shape: [225, 1], data: similarity }, grid),
  ],
  [
    "grid-invalid",
    "grid: expected a positive whole height and width, found 0x5",
    () => positionSimilarityFigure(similarity, { height: 0, width: 5 }),
  ],
  [
    "option-invalid",
    "every: expected a whole number in 1..5, found 1.5",
    () => positionSimilarityFigure(similarity, grid, { every: 1.5 }),
  ],
  [
    "option-invalid",
    "width: expected a number in 60..1000, found 59",
    () => positionSimilarityFigure(similarity, grid, { width: 59 }),
  ],
  [
    "range-invalid",
    "range: expected [min, max] with min <= max, found [0, NaN]",
    () => positionSimilarityFigure(similarity, grid, { range: [0, Number.NaN] }),
  ],
  [
    "recipe-invalid",
    "recipe.layers: expected text, found number",
    () => positionSimilarityFigure(similarity, grid, { recipe: { layers: 24 as unknown as string } }),
  ],
  [
    "point-outside",
    "point 1: expected a row in 0..4 and a column in 0..6, found (2, 7)",
    () => attentionFigure(photo, [{ point: { row: 2, col: 7 }, map }]),
  ],
  [
    "photo-invalid",
    "photo 1: expected 561 bytes for 11x17 RGB, found 3",
    () => attentionFigure({ ...photo, data: new Uint8Array(3) }, [{ point, map }]),
  ],
  [
    "grid-invalid",
    "map 1: expected 35 values for 5x7, found 3",
    () => attentionFigure(photo, [{ point, map: { ...map, data: new Float32Array(3) } }]),
  ],
  [
    "range-empty",
    "map 1: expected at least one finite value, found none",
    () => attentionFigure(photo, [{ point: { row: 0, col: 0 }, map: nan }]),
  ],
  ["maps-empty", "maps: expected at least one, found none", () => attentionFigure(photo, [])],
  [
    "option-invalid",
    "overlay: expected a number in 0..1, found 2",
    () => attentionFigure(photo, [{ point, map }], { overlay: 2 }),
  ],
  [
    "option-invalid",
    'interpolation: expected one of smooth, nearest, found "cubic"',
    () => attentionFigure(photo, [{ point, map }], { interpolation: "cubic" as "smooth" }),
  ],
  [
    "option-invalid",
    "pairsPerRow: expected a whole number in 1..6, found 7",
    () => attentionFigure(photo, [{ point, map }], { width: 84, pairsPerRow: 7 }),
  ],
  [
    "encoder-empty",
    "encoder: expected at least one tile, found none",
    () => featuresFigure({ input: photo, encoder: [], decoder: [] }),
  ],
  [
    "name-twice",
    "name: expected each once, found Z1 twice",
    () => featuresFigure({ input: photo, encoder: [tile, tile], decoder: [] }),
  ],
];

describe("a figure is refused in one sentence", () => {
  it.each(cases)("%s: %s", (code, message, make) => {
    expect(make).toThrow(expect.objectContaining({ code, message }));
    expect(make).toThrow(FigureError);
  });
});

describe("saving a figure", () => {
  const folder = mkdtempSync(join(tmpdir(), "figure-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { attention } = sampleFigures({});

  it("writes the format of the extension and leaves nothing else behind", async () => {
    const png = join(folder, "new", "a.PNG");
    const svg = join(folder, "new", "b.svg");
    expect(await saveFigure(attention, png, { dpi: 72 })).toBe(png);
    expect(await saveFigure(attention, svg)).toBe(svg);
    const pdf = join(folder, "new", "c.pdf");
    expect(await saveFigure(attention, pdf, { dpi: 72 })).toBe(pdf);
    expect(readdirSync(join(folder, "new")).sort()).toEqual(["a.PNG", "b.svg", "c.pdf"]);
  });

  it("refuses other extensions before it writes anything", async () => {
    const path = join(folder, "c.gif");
    await expect(saveFigure(attention, path)).rejects.toThrow(
      `${path}: expected an extension out of .png, .svg, .pdf, .html, found .gif`,
    );
    expect(existsSync(path)).toBe(false);
  });
});
