// L layers, H heads, h x w patch grid
import type { Grid, Point, RgbImage } from "../arrays";
import { FigureError } from "../errors";
import { type AtlasContent, type AtlasGrid, atlasGrid } from "./atlasGrid";
import { type AtlasHead, type AtlasSort, atlasTable, type ShownLayer, valuesText } from "./atlasTable";
import { marker } from "./attentionPairs";
import { checkChoice, checkGrid, checkPhoto, checkPoint, finiteRange } from "./checks";
import { type Block, colorBar } from "./colorBar";
import { type ColorMapName, checkRange, colorTable } from "./colorMaps";
import { type Figure, grouped, type RasterElement, type ValueRange } from "./description";
import { closePage, openPage, type PageArea, type PageOptions } from "./page";
import { GAP, lineHeight, SIZE } from "./style";
import { checkText, linesHeight, numberWidth, subscripted, textLines, wrapText } from "./textLayout";

export type { AtlasHead };

/** The heads of a layer. */
export interface AtlasLayer {
  /** 1-based. */
  readonly layer: number;
  /** In the order of the model. */
  readonly heads: readonly AtlasHead[];
}

/** Options of {@link attentionAtlasFigure}. */
export interface AttentionAtlasOptions extends PageOptions {
  /**
   * Order of the heads within each layer: `"position"` (default), as in the model; `"distance"` or `"entropy"`, lowest
   * first, which needs these numbers.
   */
  readonly sort?: AtlasSort;
  /**
   * Distance and entropy below each map: `"auto"` (default) where they are given and the maps stay wide enough, and where
   * they do not, of sorted heads the number alone; `"show"` or `"hide"`.
   */
  readonly numbers?: "auto" | "show" | "hide";
  /** `"map"` (default): colours stretched over each map's own range. `"shared"`: one range over all. Or the range itself. */
  readonly range?: "map" | "shared" | ValueRange;
  /** Default `viridis`. */
  readonly colorMap?: ColorMapName;
  /** What the model saw, shown above, with the picked patch if there is one. */
  readonly photo?: RgbImage;
  /** The picked patch whose attention is shown. */
  readonly point?: Point;
  /** Said above, beside the photo; by default what the maps show. */
  readonly note?: string;
}

/** Width of the photo above, mm. */
const PHOTO = 24;

/** Height of the rows at the most, relative to the page's inner width. */
const TALLEST = 1.4;

/**
 * What every head of every layer looks at: a row per layer, a column per head.
 *
 * Layers stand in one block, or side by side in several where that makes the maps larger. Without room for their numbers
 * the maps stand alone.
 *
 * @param layers at least one, each with equally many heads, e.g. what `attentionAtlas` gives
 * @param options see {@link AttentionAtlasOptions}
 * @returns the description
 * @throws FigureError `maps-empty`, `heads-differ`, `grid-invalid`, `numbers-missing`, `range-invalid`, `range-empty`,
 *   `option-invalid`, `color-map-unknown`, `point-outside`, `photo-invalid`, `character-missing`
 *
 * Source: for the sorting by distance, Dosovitskiy et al., arXiv 2010.11929, Figure 7 (right).
 */
export function attentionAtlasFigure(layers: readonly AtlasLayer[], options: AttentionAtlasOptions = {}): Figure {
  const { sort = "position", numbers = "auto", range = "map", colorMap = "viridis" } = options;
  checkChoice("sort", sort, ["position", "distance", "entropy"]);
  checkChoice("numbers", numbers, ["auto", "show", "hide"]);
  checkLayers(layers, options);
  colorTable(colorMap);
  const shown = layers.map((layer) => sorted(layer, sort));
  const maps = shown.flatMap(({ heads }) => heads.map(({ map }) => map.data));
  const scale = range === "map" ? "tile" : range === "shared" ? finiteRange("maps", ...maps) : checkRange(range);
  const area = openPage(options);
  const left = lineHeight(SIZE.label);
  const { width } = area;
  const room = { width: width - left, height: area.maxPanel ?? TALLEST * width };
  const grid = atlasGrid(contentOf(shown, sort, numbers), room);
  const label = scale === "tile" ? "Attention (each map in its own range)" : "Attention";
  const barAt = (at: PageArea) => colorBar(label, scale === "tile" ? "own" : scale, colorMap, at);
  const note = noteText(shown, options, grid.below);
  const header = headerBlock(options, layers[0].heads[0].map, note, barAt, area);
  const at = { x: area.x + left, y: header.bottom + GAP.block, width: room.width };
  const table = atlasTable(shown, { grid, sort, scale, colorMap }, at);
  const bar = options.photo ? { elements: [], bottom: table.bottom } : barAt({ ...area, y: table.bottom + GAP.block });
  const elements = [...header.elements, ...table.elements, ...bar.elements];
  return closePage("What every head looks at", area, elements, bar.bottom, options);
}

function checkLayers(layers: readonly AtlasLayer[], { sort = "position", photo, point }: AttentionAtlasOptions): void {
  const first = layers[0]?.heads[0]?.map;
  if (!first) throw new FigureError("maps-empty", "maps: expected at least one head of one layer, found none");
  const count = layers[0].heads.length;
  for (const { layer, heads } of layers) {
    if (heads.length !== count) {
      throw new FigureError("heads-differ", `layer ${layer}: expected ${count} heads, found ${heads.length}`);
    }
    for (const { map, ...numbers } of heads) {
      checkGrid(`layer ${layer}`, map);
      if (map.height !== first.height || map.width !== first.width) {
        const expected = `maps of ${first.height}x${first.width}`;
        throw new FigureError("grid-invalid", `layer ${layer}: expected ${expected}, found ${map.height}x${map.width}`);
      }
      if (sort === "position" || Number.isFinite(numbers[sort])) continue;
      throw new FigureError("numbers-missing", `layer ${layer}: expected every head's ${sort} to sort by, found none`);
    }
  }
  if (photo) checkPhoto("photo", photo);
  if (point) checkPoint("point", point, first);
}

function sorted({ layer, heads }: AtlasLayer, sort: AtlasSort): ShownLayer {
  const numbered = heads.map((head, i) => ({ ...head, number: i + 1 }));
  if (sort === "position") return { layer, heads: numbered };
  return { layer, heads: numbered.toSorted((one, other) => one[sort]! - other[sort]! || one.number - other.number) };
}

function contentOf(shown: readonly ShownLayer[], sort: AtlasSort, numbers: "auto" | "show" | "hide"): AtlasContent {
  const [{ heads: ofFirst }] = shown;
  const { height, width } = ofFirst[0].map;
  const all = shown.flatMap((layer) => layer.heads);
  const values = all.map((head) => valuesText(head, sort)).filter((text) => text !== "");
  const widest = (texts: readonly string[]) => Math.max(...texts.map((text) => numberWidth(text, SIZE.tick)));
  const heads =
    sort === "position" ? [] : [{ kind: "heads", width: widest(all.map(({ number }) => `${number}`)) } as const];
  const texts = values.length === 0 ? [] : [{ kind: "values", width: widest(values) } as const, ...heads];
  const lastLayer = Math.max(...shown.map(({ layer }) => layer));
  return { layers: shown.length, heads: ofFirst.length, aspect: height / width, lastLayer, numbers, texts };
}

/** What the maps show, and what the numbers mean. */
function noteText(shown: readonly ShownLayer[], options: AttentionAtlasOptions, below: AtlasGrid["below"]): string {
  const { point, note, sort = "position" } = options;
  const all = shown.flatMap(({ heads }) => heads);
  const heads = shown[0].heads.length === 1 ? "heads averaged" : "every head of every layer";
  const whose = point ? `Attention of patch (${point.row}, ${point.col})` : "Mean attention of all patches";
  const parts = [
    ...(sort === "position" ? [] : ["number"]),
    ...(all.some(({ distance }) => distance !== undefined) ? ["mean attention distance in pixels"] : []),
    ...(all.some(({ entropy }) => entropy !== undefined) ? ["mean entropy divided by ln N"] : []),
  ];
  return [
    note ?? `${whose}, ${heads}.`,
    ...(sort === "position" ? [] : [`Heads of a layer by mean ${sort}, lowest first.`]),
    ...(below === "heads" ? ["Below each map: number of the head."] : []),
    ...(below === "values" ? [`Below each map, of the head over all patches: ${parts.join(", ")}.`] : []),
  ].join(" ");
}

/** The photo, and beside it what the maps show and the colour bar; without a photo, the words alone. */
function headerBlock(
  { photo, point }: AttentionAtlasOptions,
  grid: Grid,
  text: string,
  barAt: (area: PageArea) => Block,
  area: PageArea,
): Block {
  const left = photo ? PHOTO + GAP.block : 0;
  const side = { x: area.x + left, y: area.y, width: area.width - left };
  const lines = wrapText(checkText("note", text), SIZE.label, side.width).map(subscripted);
  const note = grouped("note-lines", textLines(lines, { id: "note", x: side.x, y: side.y }));
  const noteEnd = area.y + linesHeight(lines.length, SIZE.label);
  if (!photo) return { elements: note, bottom: noteEnd };
  const box = { x: area.x, y: area.y, width: PHOTO, height: (PHOTO * photo.height) / photo.width };
  const image: RasterElement = { kind: "photo", id: "photo", ...box, image: photo, interpolation: "smooth" };
  const mark = point ? [marker(point, grid, box, "marker")] : [];
  const bar = barAt({ ...side, y: noteEnd + GAP.block / 2 });
  const elements = [...grouped("input", [image, ...mark]), ...note, ...bar.elements];
  return { elements, bottom: Math.max(bar.bottom, box.y + box.height) };
}
