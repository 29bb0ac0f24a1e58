import { describe, expect, it } from "vitest";
import { type ColorMapName, colorize, colorMapNames } from "../../lib/figure/colorMaps";
import { drawRaster } from "../../lib/figure/raster";
import { resample } from "../../lib/figure/resample";
import { sampleGrid } from "./samples";

describe("colours", () => {
  it.each<[ColorMapName, number[], number[]]>([
    ["viridis", [68, 1, 84], [253, 231, 37]],
    ["inferno", [0, 0, 4], [252, 255, 164]],
    ["magma", [0, 0, 4], [252, 253, 191]],
    ["gray", [0, 0, 0], [255, 255, 255]],
    ["jet", [0, 0, 128], [128, 0, 0]],
  ])("of %s are the published ones at both ends", (name, low, high) => {
    expect([...colorize([-3, 5], [-3, 5], name)]).toEqual([...low, ...high]);
  });

  it.each(colorMapNames)("of %s differ between the ends and the middle", (name) => {
    const [low, middle, high] = [0, 0.5, 1].map((value) => colorize([value], [0, 1], name).join());
    expect(new Set([low, middle, high]).size).toBe(3);
  });

  it("of values outside the range are the end colours", () => {
    expect(colorize([-7, 11], [0, 1], "viridis")).toEqual(colorize([0, 1], [0, 1], "viridis"));
    expect(colorize([-Infinity, Infinity], [0, 1], "viridis")).toEqual(colorize([0, 1], [0, 1], "viridis"));
  });

  it("of NaN are grey, and of a range without width the lowest", () => {
    expect([...colorize([Number.NaN, 3], [3, 3], "viridis")]).toEqual([187, 187, 187, 68, 1, 84]);
  });

  it("are refused with the names there are, or for a range out of order", () => {
    expect(() => colorize([1], [0, 1], "rainbow" as ColorMapName)).toThrow(
      "colour map: expected one of viridis, inferno, magma, cividis, Blues, jet, gray, RdBu, " + 'found "rainbow"',
    );
    expect(() => colorize([1], [1, 0], "gray")).toThrow("range: expected [min, max] with min <= max, found [1, 0]");
  });
});

describe("resampling", () => {
  it("copies cells at a whole ratio when nearest", () => {
    const result = resample([1, 2, 3, 4, 5, 6], { height: 2, width: 3, channels: 1 }, 2, 6, "nearest");
    expect([...result]).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
  });

  it("gives a pixel across an edge its share of both cells when nearest", () => {
    const result = resample([0, 1], { height: 1, width: 2, channels: 1 }, 1, 3, "nearest");
    expect([...result]).toEqual([0, 0.5, 1]);
  });

  it("is linear between cell centres and level beyond them when smooth", () => {
    const result = resample([0, 1], { height: 1, width: 2, channels: 1 }, 1, 4, "smooth");
    expect([...result]).toEqual([0, 0.25, 0.75, 1]);
  });

  it("keeps the mean of a map that it reduces, and channels apart", () => {
    const result = resample([0, 10, 2, 12, 4, 14, 6, 16], { height: 2, width: 2, channels: 2 }, 1, 1, "smooth");
    expect([...result]).toEqual([3, 13]);
  });

  it("spreads NaN no further than the cell when nearest", () => {
    const result = resample([Number.NaN, 1], { height: 1, width: 2, channels: 1 }, 1, 4, "nearest");
    expect([...result]).toEqual([Number.NaN, Number.NaN, 1, 1]);
  });
});

describe("a mosaic", () => {
  const values = sampleGrid(1, 2 * 3 * 5 * 7).data;
  const mosaic = {
    kind: "mosaic" as const,
    ...{ x: 0, y: 0, rows: 2, cols: 3, tileHeight: 5, tileWidth: 7 },
    ...{ height: 2 * 5 + 1, width: 3 * 7 + 2, gap: 1, values, colorMap: "gray" as const },
  };

  it("draws every tile where it belongs, in its own range, on white", () => {
    const drawn = drawRaster({ ...mosaic, range: "tile" }, 11, 23);
    const tile = values.subarray(4 * 35, 5 * 35); // row 1, column 1
    const colors = colorize(tile, [Math.min(...tile), Math.max(...tile)], "gray");
    const line = drawn.data.subarray((6 * 23 + 8) * 3, (6 * 23 + 15) * 3);
    expect([...line]).toEqual([...colors.subarray(0, 7 * 3)]);
    expect([...drawn.data.subarray(5 * 23 * 3, 6 * 23 * 3)]).toEqual(Array(23 * 3).fill(255));
  });

  it("draws all tiles in one range when it has one", () => {
    const drawn = drawRaster({ ...mosaic, range: [0, 2] }, 11, 23);
    expect([...drawn.data.subarray(0, 3)]).toEqual([...colorize(values.subarray(0, 1), [0, 2], "gray")]);
  });
});
