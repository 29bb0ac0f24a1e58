import { describe, expect, it } from "vitest";
import { FigureError } from "../../lib/errors";
import { attentionAtlasFigure } from "../../lib/figure/attentionAtlas";
import { attentionDistanceFigure } from "../../lib/figure/attentionDistance";
import type { Figure } from "../../lib/figure/description";
import { differenceOptions, differenceTiles } from "../../lib/figure/differenceOptions";
import { mapTilesFigure } from "../../lib/figure/mapTiles";
import { rolloutLayersFigure } from "../../lib/figure/rolloutLayers";
import { similarityProfilesFigure } from "../../lib/figure/similarityProfiles";
import { analysisFigures, sampleAtlas, sampleStatistics } from "./analysisSamples";
import { outside, overlaps } from "./boxes";
import { recipe, sampleGrid, samplePhoto } from "./samples";
import { texts } from "./texts";

const photo = samplePhoto(11, 17);
const point = { row: 2, col: 3 };
const map = sampleGrid(5, 7);

describe.each([60, 84, 174, 331, "slide"] as const)("at a page width of %s", (width) => {
  const options = { width, recipe, untrained: true };
  const named = { photo, point, note: "What the model finds after Z24." };
  const tiles = Array.from({ length: 24 }, (_, i) => ({ name: `Layers 1 to ${i + 1}`, map }));
  const figures: Record<string, Figure> = {
    ...analysisFigures(options),
    "an atlas of 24 layers and 16 heads": attentionAtlasFigure(sampleAtlas(24, 16), options),
    "an atlas of 24 layers and 16 heads, sorted": attentionAtlasFigure(sampleAtlas(24, 16), {
      ...options,
      ...named,
      sort: "entropy",
    }),
    "an atlas of 48 averaged layers": attentionAtlasFigure(sampleAtlas(48, 1), { ...options, ...named }),
    "an atlas of a head": attentionAtlasFigure(sampleAtlas(1, 1), { ...options, range: "shared" }),
    "distances of averaged heads": attentionDistanceFigure(sampleStatistics(24, 1), options),
    "distances of a layer": attentionDistanceFigure(sampleStatistics(1, 3), { ...options, measures: ["entropy"] }),
    "24 maps": mapTilesFigure({ photo: samplePhoto(17, 5), point }, tiles, options),
    "one map": mapTilesFigure({ photo }, [{ name: "only", map }], { ...options, range: "shared" }),
  };
  for (const [name, figure] of Object.entries(figures)) {
    it(`${name} keeps texts apart from each other and from pictures`, () => expect(overlaps(figure)).toEqual([]));
    it(`${name} stays on the page`, () => expect(outside(figure)).toEqual([]));
  }
});

describe("an attention atlas", () => {
  it("has a row for each layer, with the heads' maps from left to right", () => {
    const atlas = sampleAtlas(3, 5);
    const mosaics = attentionAtlasFigure(atlas).elements.filter((element) => element.kind === "mosaic");
    expect(mosaics.map(({ rows, cols }) => [rows, cols])).toEqual([
      [1, 5],
      [1, 5],
      [1, 5],
    ]);
    expect(mosaics[1]!.values.subarray(2 * 35, 3 * 35)).toEqual(atlas[1]!.heads[2]!.map.data);
  });

  it("sorts the heads of each layer, lowest first, and then says which they are", () => {
    const maps = [1, 2, 3].map((seed) => sampleGrid(2, 2, seed));
    const heads = maps.map((map, i) => ({ map, distance: [30, 10, 20][i]!, entropy: [0.2, 0.1, 0.3][i]! }));
    const layers = [{ layer: 1, heads }];
    const plain = (numbers: string[]) => numbers.map((text) => text.replace("\u2009·\u2009", ", "));
    const byDistance = attentionAtlasFigure(layers, { sort: "distance" });
    expect(plain(texts(byDistance, /^layer-1-head/))).toEqual(["2: 10, 0.10", "3: 20, 0.30", "1: 30, 0.20"]);
    const byEntropy = attentionAtlasFigure(layers, { sort: "entropy" });
    expect(plain(texts(byEntropy, /^layer-1-head/))[0]).toBe("2: 10, 0.10");
    expect(texts(byEntropy, /^note/).join(" ")).toContain("Heads of a layer by mean entropy, lowest first.");
  });

  it("names its sorted heads where there is no room for their numbers", () => {
    const figure = attentionAtlasFigure(sampleAtlas(24, 4), { width: 84, sort: "distance" });
    const [{ heads }] = sampleAtlas(24, 4);
    const order = heads.map((_, i) => i + 1).sort((a, b) => heads[a - 1]!.distance! - heads[b - 1]!.distance!);
    expect(texts(figure, /^layer-1-head/)).toEqual(order.map(String));
    expect(texts(figure, /^note/).join(" ")).toContain("Below each map: number of the head.");
    const wide = attentionAtlasFigure(sampleAtlas(24, 4), { width: 174, sort: "distance" });
    expect(texts(wide, /^layer-1-head/)[0]).toMatch(/^\d: \d+\u2009·\u20090\.\d\d$/);
  });

  it("leaves its numbers out where the maps are too narrow for them, and says so by not explaining them", () => {
    const wide = attentionAtlasFigure(sampleAtlas(6, 4));
    const narrow = attentionAtlasFigure(sampleAtlas(24, 16), { width: 84 });
    expect(texts(wide, /^layer-\d-head/)).toHaveLength(24);
    expect(texts(wide, /^note/).join(" ")).toContain(
      "of the head over all patches: mean attention distance in pixels, mean entropy divided by ln N.",
    );
    expect(texts(narrow, /^layer-\d+-head/)).toEqual([]);
    expect(texts(narrow, /^note/).join(" ")).not.toContain("Below each map");
  });

  it("of 24 layers and 16 heads fits a printed page, with maps of at least 4 mm in a single column", () => {
    const double = attentionAtlasFigure(sampleAtlas(24, 16), { width: 174 });
    expect(double.height).toBeLessThan(265);
    const single = attentionAtlasFigure(sampleAtlas(24, 16), { width: 84 });
    const mosaic = single.elements.find((element) => element.kind === "mosaic")!;
    expect(mosaic.width / 16).toBeGreaterThan(4);
  });

  it("shows numbers when asked to, at any height of the page", () => {
    const figure = attentionAtlasFigure(sampleAtlas(24, 16), { width: 250, numbers: "show" });
    expect(texts(figure, /^layer-\d+-head/)).toHaveLength(24 * 16);
    expect(outside(figure)).toEqual([]);
  });
});

describe("attention distances over depth", () => {
  it("are a dot for each head, and none where heads were averaged", () => {
    const dots = (figure: Figure) => figure.elements.filter(({ id }) => /^line-1-2-point/.test(id ?? ""));
    expect(dots(attentionDistanceFigure(sampleStatistics(6, 4)))).toHaveLength(24);
    const averaged = attentionDistanceFigure(sampleStatistics(6, 1));
    expect(texts(averaged, /^legend/)).toEqual(["no preference", "heads averaged"]);
  });

  it("have layers as whole numbers, however few", () => {
    for (const depth of [1, 2, 3, 6]) {
      const numbers = texts(attentionDistanceFigure(sampleStatistics(depth, 2)), /^x-number/);
      expect(numbers.every((text) => /^\d+$/.test(text))).toBe(true);
      expect(numbers.length).toBeGreaterThan(0);
    }
  });
});

describe("maps of a point", () => {
  const peak = { height: 1, width: 3, data: Float32Array.of(0.9, 0.1, 0.3) };
  const subject = { photo, point: { row: 0, col: 0 } };
  const heatmap = (figure: Figure) =>
    figure.elements.filter((element) => element.kind === "heatmap").find(({ id }) => id === "map-1");

  it("after each layer have the range of the other patches, unless another is asked for", () => {
    const range = heatmap(rolloutLayersFigure(subject, [{ layer: 1, map: peak }]))?.range;
    expect(range?.map((value) => +value.toFixed(6))).toEqual([0.1, 0.3]);
    const own = heatmap(rolloutLayersFigure(subject, [{ layer: 1, map: peak }], { range: "map" }))?.range;
    expect(own?.map((value) => +value.toFixed(6))).toEqual([0.1, 0.9]);
  });

  it("stand fewer side by side where the numbers of their scales are long", () => {
    const tiles = (low: number, high: number) =>
      [1, 2, 3].map((i) => ({
        name: `${i}`,
        map: { ...peak, data: Float32Array.of(low, high, low) },
        range: [low, high] as const,
      }));
    const rows = (figure: Figure) => {
      const maps = figure.elements.filter((element) => element.kind === "heatmap" && /^map-/.test(element.id ?? ""));
      return new Set(maps.map((element) => (element as { y: number }).y)).size;
    };
    expect(rows(mapTilesFigure(subject, tiles(0, 1), { width: 84 }))).toBe(1);
    const long = mapTilesFigure(subject, tiles(-0.00441, -0.00444 + 0.01), { width: 84 });
    expect(rows(long)).toBe(2);
    expect(texts(long, /^scale-1/)).toEqual(["−0.00441", "0.00556"]);
    const named = [1, 2, 3].map((i) => ({ name: `setr-pup-scenes-${i}`, map: peak }));
    expect(texts(mapTilesFigure(subject, named, { width: 84 }), /^name-1/)).toEqual(["setr-pup-scenes-1"]);
  });

  it("have one colour bar where they share colours, else a scale each, with zero in the middle of a difference", () => {
    const names = (figure: Figure) => texts(figure, /^(color-bar-label|scale)/);
    expect(names(mapTilesFigure(subject, [{ name: "one", map: peak }]))).toEqual([
      "Attention (each map in its own range)",
    ]);
    const signed = { name: "A minus B", map: peak, colorMap: "RdBu", range: [-0.5, 0.5] } as const;
    expect(names(mapTilesFigure(subject, [{ name: "one", map: peak }, signed]))).toEqual([
      "0.1",
      "0.9",
      "−0.5",
      "0",
      "0.5",
    ]);
  });
});

it("similarity profiles reach up to 1, and have a legend of the chosen patches", () => {
  const at = (similarity: number, offset: number) => ({ offset, similarity, deviation: 0.1, count: 1 });
  const line = [at(0.2, -1), at(1.0000001, 0), at(0.4, 1)];
  const figure = similarityProfilesFigure({
    points: [{ point, row: line, column: line }],
    mean: { row: line, column: line },
  });
  expect(texts(figure, /^y-number-1/).at(-1)).toBe("1.0");
  expect(texts(figure, /^legend-1/)).toEqual(["all patches, mean ± standard deviation", "patch (2, 3)"]);
});

it("feature tiles are subtracted name by name", () => {
  const tile = (name: string, ...values: number[]) => {
    return { name, image: { height: 1, width: values.length, data: Float32Array.from(values) } };
  };
  const [one, other] = [
    [tile("Z1", 3, 1), tile("Z2", 0, 5)],
    [tile("Z1", 1, 2), tile("Z2", 0, 1)],
  ];
  const tiles = differenceTiles(one, other);
  expect(tiles.map(({ name, image }) => [name, ...image.data])).toEqual([
    ["Z1", 2, -1],
    ["Z2", 0, 4],
  ]);
  const images = tiles.map(({ image }) => image);
  expect(differenceOptions(images, "L2 norm", ["scenes", "photographs"])).toEqual({
    colorMap: "RdBu",
    range: [-4, 4],
    valueLabel: "scenes minus photographs: L2 norm",
  });
});

const bare = [{ layer: 1, heads: [{ map }] }];
const cases: [code: string, message: string, make: () => unknown][] = [
  ["maps-empty", "maps: expected at least one head of one layer, found none", () => attentionAtlasFigure([])],
  [
    "heads-differ",
    "layer 2: expected 3 heads, found 2",
    () => attentionAtlasFigure([...sampleAtlas(1, 3), { ...sampleAtlas(1, 2)[0]!, layer: 2 }]),
  ],
  [
    "grid-invalid",
    "layer 1: expected maps of 5x7, found 2x3",
    () => attentionAtlasFigure([{ layer: 1, heads: [{ map }, { map: sampleGrid(2, 3) }] }]),
  ],
  [
    "numbers-missing",
    "layer 1: expected every head's distance to sort by, found none",
    () => attentionAtlasFigure(bare, { sort: "distance" }),
  ],
  [
    "option-invalid",
    "numbers: expected maps of at least 11.6 mm, found 2.5 mm",
    () => attentionAtlasFigure(sampleAtlas(24, 16), { numbers: "show", width: 60 }),
  ],
  [
    "point-outside",
    "point: expected a row in 0..4 and a column in 0..6, found (5, 0)",
    () => attentionAtlasFigure(bare, { point: { row: 5, col: 0 } }),
  ],
  ["panels-empty", "layers: expected at least one, found none", () => attentionDistanceFigure(sampleStatistics(0, 0))],
  [
    "option-invalid",
    'measures: expected one of distance, entropy, relative-entropy, found "width"',
    () => attentionDistanceFigure(sampleStatistics(2, 2), { measures: ["width" as "distance"] }),
  ],
  [
    "tiles-differ",
    "tiles: expected the same names in A and B, found Z1 and none",
    () => differenceTiles([{ name: "Z1", image: map }], []),
  ],
  [
    "tiles-differ",
    "Z1: expected one value per position (norm, mean, channel), found colours",
    () => differenceTiles([{ name: "Z1", image: photo }], [{ name: "Z1", image: photo }]),
  ],
  ["maps-empty", "maps: expected at least one, found none", () => mapTilesFigure({ photo }, [])],
  [
    "option-invalid",
    "tilesPerRow: expected a whole number in 1..6, found 9",
    () => mapTilesFigure({ photo }, [{ name: "a", map }], { width: 84, tilesPerRow: 9 }),
  ],
];

it.each(cases)("%s: %s", (code, message, make) => {
  expect(make).toThrow(expect.objectContaining({ code, message }));
  expect(make).toThrow(FigureError);
});
