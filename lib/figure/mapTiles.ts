import type { Grid, Point, RgbImage } from "../arrays";
import { FigureError } from "../errors";
import { marker } from "./attentionPairs";
import { checkChoice, checkGrid, checkNumber, checkPhoto, checkPoint, finiteRange } from "./checks";
import { type Block, colorBar, formatValue } from "./colorBar";
import { type ColorMapName, checkRange, colorTable } from "./colorMaps";
import { type Box, type Figure, type FigureElement, grouped, type Interpolation, type ValueRange } from "./description";
import { noteBlock } from "./note";
import { closePage, openPage, type PageArea, type PageOptions } from "./page";
import { ascentOf, COLOR, GAP, HAIRLINE, lineHeight, SIZE, textHeight } from "./style";
import { checkText, numberLine, numberWidth, subscripted, textLines, widthOf, wrapText } from "./textLayout";

/** A named map over the photo. */
export interface MapTile {
  /** Said above it; a number after a capital becomes a subscript (`Z12`). */
  readonly name: string;
  /** One value per patch of a grid that covers the photo. */
  readonly map: Grid;
  /** Colours of this tile, where they are not those of the figure. */
  readonly colorMap?: ColorMapName;
  /** Range of this tile, where it is not that of the figure. */
  readonly range?: ValueRange;
}

/** What the maps are of. */
export interface MapSubject {
  /** What the model saw; shown first. */
  readonly photo: RgbImage;
  /** The patch that is marked in it, of the grid of the first map. */
  readonly point?: Point;
}

/** Options of {@link mapTilesFigure} and of the figures made of it. */
export interface MapTilesOptions extends PageOptions {
  /**
   * Tiles side by side, the photo counted, each at least 12 mm wide; by default as many as are 15 mm wide, and as wide as
   * the words of their names and the numbers of their scales.
   */
  readonly tilesPerRow?: number;
  /** How much of the photo shows through the maps: 0 (default, the maps alone) to 1 (the photo alone). */
  readonly overlay?: number;
  /**
   * `"map"` (default): colours stretched over each map's own range. `"others"`: likewise, but without the picked patch,
   * which has the highest colour where it exceeds the others, unless those are all alike. `"shared"`: one range over all. Or the range itself.
   */
  readonly range?: "map" | "others" | "shared" | ValueRange;
  /** Default `viridis`. */
  readonly colorMap?: ColorMapName;
  /** How a map fills its area between patch centres; default `"smooth"`. */
  readonly interpolation?: Interpolation;
  /** What the values are, beside the colour bar; default "Attention". */
  readonly valueLabel?: string;
  /** Said below the maps. */
  readonly note?: string;
}

/** Width of a tile in mm: the least by default and where the options say how many stand side by side, and the most. */
const TILE = { least: 15, asked: 12, most: 40 } as const;

/** Distance between a row of tiles and the names of the next, mm. */
const ROW_GAP = 1.6;

/** Distance between tiles with scales below them, whose numbers are to stay apart; mm. */
const SCALE_GAP = 2.2;

/** Height of the colours below a tile that has its own, mm. */
const RAMP = 1.2;

interface TileStyle {
  readonly overlay: number;
  readonly range: ValueRange | "own";
  /** The patch that does not count in a map's own range. */
  readonly leftOut?: Point;
  readonly colorMap: ColorMapName;
  readonly interpolation: Interpolation;
  /** Whether every map has its own colours or range, and so its scale below it. */
  readonly hasScales: boolean;
  /** Between tiles side by side, mm. */
  readonly gap: number;
}

/**
 * Maps of one photo side by side, after the photo itself: layers, methods, or two models and their difference.
 *
 * One colour bar stands below all where colours and range are the same; else each map has its scale below it.
 *
 * @param subject photo, and the picked patch if there is one
 * @param tiles in reading order
 * @param options see {@link MapTilesOptions}
 * @returns the description
 * @throws FigureError `maps-empty`, `grid-invalid`, `photo-invalid`, `point-outside`, `range-invalid`, `range-empty`,
 *   `option-invalid`, `color-map-unknown`, `character-missing`
 */
export function mapTilesFigure(subject: MapSubject, tiles: readonly MapTile[], options: MapTilesOptions = {}): Figure {
  const style = checkTiles(subject, tiles, options);
  const area = openPage(options);
  const { gap } = style;
  const most = (width: number) => Math.max(1, Math.floor((area.width + gap) / (width + gap)));
  const count = tiles.length + 1;
  const least = Math.max(TILE.least, ...tiles.map((tile) => neededWidth(tile, style)));
  const asked = options.tilesPerRow ?? Math.ceil(count / Math.ceil(count / most(Math.min(least, TILE.most))));
  checkNumber("tilesPerRow", asked, 1, most(TILE.asked), true);
  const perRow = Math.min(asked, count);
  const width = Math.min(TILE.most, (area.width - (perRow - 1) * gap) / perRow);
  const elements: FigureElement[] = [];
  let y = area.y;
  for (let first = 0; first < count; first += perRow) {
    const drawn = [undefined, ...tiles].slice(first, first + perRow);
    const block = tileRow({ ...subject, grid: tiles[0].map }, drawn, first, { ...area, y, width }, style);
    elements.push(...block.elements);
    y = block.bottom + ROW_GAP;
  }
  const bar = style.hasScales ? { elements: [], bottom: y - ROW_GAP } : sharedBar(style, options, { ...area, y });
  const note = noteBlock(options.note, bar.bottom, area);
  const all = [...elements, ...bar.elements, ...note.elements];
  return closePage("Maps of a picture", area, all, note.bottom, options);
}

function checkTiles({ photo, point }: MapSubject, tiles: readonly MapTile[], options: MapTilesOptions): TileStyle {
  checkPhoto("photo", photo);
  if (tiles.length === 0) throw new FigureError("maps-empty", "maps: expected at least one, found none");
  const { range = "map", colorMap = "viridis", interpolation = "smooth" } = options;
  for (const tile of tiles) {
    checkText("name", tile.name);
    checkGrid(tile.name, tile.map);
    colorTable(tile.colorMap ?? colorMap);
    if (tile.range) checkRange(tile.range);
  }
  for (const { map } of tiles) if (point) checkPoint("point", point, map);
  const hasScales = tiles.some((tile) => tile.range !== undefined || (tile.colorMap ?? colorMap) !== colorMap);
  const shared = () => finiteRange("maps", ...tiles.map(({ map }) => map.data));
  return {
    overlay: checkNumber("overlay", options.overlay ?? 0, 0, 1),
    range: range === "map" || range === "others" ? "own" : range === "shared" ? shared() : checkRange(range),
    ...(range === "others" && point ? { leftOut: point } : {}),
    colorMap,
    interpolation: checkChoice("interpolation", interpolation, ["smooth", "nearest"]),
    hasScales,
    gap: hasScales ? SCALE_GAP : GAP.tile,
  };
}

function sharedBar(style: TileStyle, options: MapTilesOptions, area: PageArea): Block {
  const name = checkText("valueLabel", options.valueLabel ?? "Attention");
  const but = style.leftOut ? ", the picked patch left out" : "";
  const label = style.range === "own" ? `${name} (each map in its own range${but})` : name;
  return colorBar(label, style.range, style.colorMap, { ...area, y: area.y - ROW_GAP + GAP.block });
}

/** Tiles side by side, each below its name; the photo stands for a tile that is not there. */
function tileRow(
  { photo, point, grid }: MapSubject & { readonly grid: Grid },
  tiles: readonly (MapTile | undefined)[],
  first: number,
  at: PageArea,
  style: TileStyle,
): Block {
  const names = tiles.map((tile) => wrapText(tile?.name ?? "Input", SIZE.label, at.width));
  const y = at.y + Math.max(...names.map(({ length }) => length)) * lineHeight(SIZE.label);
  const height = (at.width * photo.height) / photo.width;
  const blocks = tiles.map((tile, i): Block => {
    const number = first + i;
    const box = { x: at.x + i * (at.width + style.gap), y, width: at.width, height };
    const place = { id: `name-${number}`, x: box.x + at.width / 2, anchor: "middle" } as const;
    const top = y - names[i].length * lineHeight(SIZE.label);
    const name = textLines(names[i].map(subscripted), { ...place, y: top });
    const scale = style.hasScales ? tileScale(tile, number, box, style) : { elements: [], bottom: y + height };
    const dot = !tile && point ? [marker(point, grid, box, "marker")] : [];
    const elements = [...tileRasters(photo, tile, number, box, style), ...scale.elements, ...dot, ...name];
    return { elements: grouped(tile ? `tile-${number}` : "input", elements), bottom: scale.bottom };
  });
  return {
    elements: blocks.flatMap(({ elements }) => elements),
    bottom: Math.max(...blocks.map(({ bottom }) => bottom)),
  };
}

function tileRasters(
  photo: RgbImage,
  tile: MapTile | undefined,
  number: number,
  box: Box,
  style: TileStyle,
): FigureElement[] {
  const image = { kind: "photo", image: photo, interpolation: "smooth", ...box } as const;
  if (!tile) return [{ ...image, id: "photo" }];
  const { interpolation, overlay } = style;
  const look = { colorMap: tile.colorMap ?? style.colorMap, range: rangeOf(tile, style), interpolation };
  const map = {
    kind: "heatmap",
    id: `map-${number}`,
    ...box,
    values: tile.map,
    ...look,
    opacity: 1 - overlay,
  } as const;
  return overlay > 0 ? [{ ...image, id: `photo-below-${number}` }, map] : [map];
}

function rangeOf({ name, map, range }: MapTile, style: TileStyle): ValueRange {
  if (range) return range;
  if (style.range !== "own") return style.range;
  const { leftOut } = style;
  if (!leftOut || map.data.length < 2) return finiteRange(name, map.data);
  const left = leftOut.row * map.width + leftOut.col;
  const others = finiteRange(name, map.data.subarray(0, left), map.data.subarray(left + 1));
  return others[1] > others[0] ? others : finiteRange(name, map.data);
}

/** The colours of a tile from lowest to highest, and their values where there is room for both. */
function tileScale(tile: MapTile | undefined, number: number, box: Box, style: TileStyle): Block {
  const y = box.y + box.height + GAP.tile;
  const top = y + RAMP + 0.4;
  const bottom = top + textHeight(SIZE.tick);
  if (!tile) return { elements: [], bottom };
  const range = rangeOf(tile, style);
  const place = { x: box.x, y, width: box.width, height: RAMP };
  const values = { height: 1, width: 256, data: Float32Array.from({ length: 256 }, (_, i) => i) };
  const look = {
    range: [0, 255],
    colorMap: tile.colorMap ?? style.colorMap,
    interpolation: "nearest",
    opacity: 1,
  } as const;
  const stroke = { stroke: COLOR.rule, strokeWidth: HAIRLINE };
  const elements: FigureElement[] = [
    { kind: "heatmap", id: `scale-${number}`, ...place, values, ...look },
    { kind: "rect", id: `scale-${number}-frame`, ...place, fill: "none", ...stroke, radius: 0 },
  ];
  return { elements: [...elements, ...scaleNumbers(range, number, { ...place, y: top })], bottom };
}

/** Width in which no word of a tile's name is broken and both numbers of its scale stand; mm. */
function neededWidth(tile: MapTile, style: TileStyle): number {
  const words = tile.name.split(/\s+/).map((word) => widthOf(word, SIZE.label));
  return Math.max(...words, style.hasScales ? scaleWidth(rangeOf(tile, style)) : 0);
}

/** Room that the numbers of a scale take, mm. */
function scaleWidth(range: ValueRange): number {
  const [low, high] = range.map((value) => numberWidth(formatValue(value), SIZE.tick));
  return low + GAP.text + high;
}

/** The ends of a scale, and zero where it lies in the middle: as many as have room. */
function scaleNumbers(range: ValueRange, number: number, at: Box): FigureElement[] {
  const [low, high] = range.map(formatValue);
  const text = { y: at.y + ascentOf(SIZE.tick), size: SIZE.tick, color: COLOR.tick };
  if (scaleWidth(range) > at.width) return [];
  const lowest = numberLine(low, { id: `scale-${number}-low`, x: at.x, ...text });
  const highest = numberLine(high, { id: `scale-${number}-high`, x: at.x + at.width, anchor: "end", ...text });
  const room = at.width / 2 - Math.max(numberWidth(low, SIZE.tick), numberWidth(high, SIZE.tick));
  if (range[0] !== -range[1] || room < numberWidth("0", SIZE.tick) / 2 + GAP.text) return [lowest, highest];
  return [
    lowest,
    numberLine("0", { id: `scale-${number}-zero`, x: at.x + at.width / 2, anchor: "middle", ...text }),
    highest,
  ];
}
