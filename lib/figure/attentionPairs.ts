import type { Grid, Point, RgbImage } from "../arrays";
import { FigureError } from "../errors";
import { checkChoice, checkGrid, checkNumber, checkPhoto, checkPoint, finiteRange } from "./checks";
import { type Block, colorBar } from "./colorBar";
import { type ColorMapName, checkRange, colorTable } from "./colorMaps";
import {
  type Box,
  type FigureElement,
  grouped,
  type Interpolation,
  type RasterElement,
  type ValueRange,
} from "./description";
import type { PageArea, PageOptions } from "./page";
import { COLOR, GAP, HAIRLINE, SIZE } from "./style";
import { checkText, linesHeight, textLines, wrapText } from "./textLayout";

/** The map of one picked patch. */
export interface PointMap {
  /** The picked patch, 0-based. */
  readonly point: Point;
  /** One value per patch: what it is to the picked patch. */
  readonly map: Grid;
  /** Said after the position of the patch. */
  readonly label?: string;
}

/** A photo beside the map of one of its patches. */
export interface AttentionPair extends PointMap {
  /** What the model saw; the patch grid covers all of it. */
  readonly photo: RgbImage;
}

/** Options of the attention figures. */
export interface AttentionOptions extends PageOptions {
  /** Pairs side by side, each at least 10 mm wide; default 2 (Figure 2) or 3 (Figure 4), fewer when there are fewer. */
  readonly pairsPerRow?: number;
  /** How much of the photo shows through its map: 0 (default, the map alone, as in the paper) to 1 (the photo alone). */
  readonly overlay?: number;
  /**
   * `"map"` (default): colours stretched over each map's own range. `"shared"`: one range over all maps. Or the range
   * itself.
   */
  readonly range?: "map" | "shared" | readonly [min: number, max: number];
  /** Default `viridis`. */
  readonly colorMap?: ColorMapName;
  /** How the map fills the image area between patch centres; default `"smooth"`. */
  readonly interpolation?: Interpolation;
  /** What the values are, beside the colour bar; default "Attention". */
  readonly valueLabel?: string;
}

/** Narrowest pair, mm: room for the position of its patch. */
const MIN_PAIR = 10;

interface MapStyle {
  readonly overlay: number;
  readonly range: ValueRange | "own";
  readonly colorMap: ColorMapName;
  readonly interpolation: Interpolation;
}

/**
 * Pairs (photo with the picked patch marked, map) in rows, the positions of the patches below, and one colour bar.
 *
 * @param pairs in reading order; photos may differ in size
 * @param defaultPairsPerRow pairs side by side unless the options say
 * @param area where the block goes
 * @param options see {@link AttentionOptions}
 * @returns elements, rasters of each pair before its marker, and lower end
 * @throws FigureError when a photo, map, point or option is out of range
 */
export function attentionPairs(
  pairs: readonly AttentionPair[],
  defaultPairsPerRow: number,
  area: PageArea,
  options: AttentionOptions,
): Block {
  if (pairs.length === 0) throw new FigureError("maps-empty", "maps: expected at least one, found none");
  pairs.forEach(checkPair);
  const style = mapStyle(pairs, options);
  const most = Math.floor((area.width + GAP.block) / (MIN_PAIR + GAP.block));
  const asked = checkNumber("pairsPerRow", options.pairsPerRow ?? defaultPairsPerRow, 1, most, true);
  const rows = pairRows(pairs, Math.min(asked, pairs.length), area, style);
  const name = checkText("valueLabel", options.valueLabel ?? "Attention");
  const scope = style.range === "own" ? " (each map in its own range)" : "";
  const label = `${name}${scope}${style.overlay > 0 ? ", drawn over the photo" : ""}`;
  const bar = colorBar(label, style.range, style.colorMap, { ...area, y: rows.bottom + GAP.block });
  return { elements: [...rows.elements, ...bar.elements], bottom: bar.bottom };
}

/** Rows as high as their tallest pair. */
function pairRows(pairs: readonly AttentionPair[], perRow: number, area: PageArea, style: MapStyle): Block {
  const width = (area.width - (perRow - 1) * GAP.block) / perRow;
  const elements: FigureElement[] = [];
  let top = area.y;
  for (let first = 0; first < pairs.length; first += perRow) {
    let bottom = top;
    pairs.slice(first, first + perRow).forEach((pair, i) => {
      const at = { x: area.x + i * (width + GAP.block), y: top, width };
      const block = drawPair(pair, first + i + 1, at, style);
      elements.push(...block.elements);
      bottom = Math.max(bottom, block.bottom);
    });
    top = bottom + GAP.block;
  }
  return { elements, bottom: top - GAP.block };
}

function checkPair({ photo, map, point, label }: AttentionPair, index: number): void {
  checkPhoto(`photo ${index + 1}`, photo);
  checkGrid(`map ${index + 1}`, map);
  checkPoint(`point ${index + 1}`, point, map);
  checkText(`label ${index + 1}`, label ?? "");
}

function mapStyle(pairs: readonly AttentionPair[], options: AttentionOptions): MapStyle {
  const { range = "map", colorMap = "viridis", interpolation = "smooth" } = options;
  colorTable(colorMap);
  const shared = () => finiteRange("maps", ...pairs.map((pair) => pair.map.data));
  return {
    overlay: checkNumber("overlay", options.overlay ?? 0, 0, 1),
    range: range === "map" ? "own" : range === "shared" ? shared() : checkRange(range),
    colorMap,
    interpolation: checkChoice("interpolation", interpolation, ["smooth", "nearest"]),
  };
}

/** One pair; `number` is its place in reading order, 1-based. */
function drawPair(pair: AttentionPair, number: number, at: PageArea, style: MapStyle): Block {
  const { photo, point, map, label } = pair;
  const width = (at.width - GAP.pair) / 2;
  const height = (width * photo.height) / photo.width;
  const photoBox = { x: at.x, y: at.y, width, height };
  const rasters = pairRasters(pair, number, photoBox, style);
  const text = `(${point.row}, ${point.col})${label ? ` ${label}` : ""}`;
  const top = at.y + height + 0.8 * GAP.text;
  const lines = wrapText(text, SIZE.tick, at.width);
  const labels = textLines(lines, { id: `point-${number}-line`, x: at.x, y: top, size: SIZE.tick, color: COLOR.tick });
  const dot = marker(point, map, photoBox, `marker-${number}`);
  const elements = grouped(`pair-${number}`, [...rasters, dot, ...labels]);
  return { elements, bottom: top + linesHeight(lines.length, SIZE.tick) };
}

/** The photo in its box and the map to the right of it, over the photo where that is to show through. */
function pairRasters({ photo, map }: AttentionPair, number: number, photoBox: Box, style: MapStyle): RasterElement[] {
  const mapBox = { ...photoBox, x: photoBox.x + photoBox.width + GAP.pair };
  const image = { kind: "photo", image: photo, interpolation: "smooth" } as const;
  const below: RasterElement[] = [{ ...image, id: `photo-${number}`, ...photoBox }];
  if (style.overlay > 0) below.push({ ...image, id: `photo-${number}-below-map`, ...mapBox });
  const { colorMap, interpolation } = style;
  const range = style.range === "own" ? finiteRange(`map ${number}`, map.data) : style.range;
  const heatmap = { kind: "heatmap", id: `map-${number}`, ...mapBox, values: map } as const;
  return [...below, { ...heatmap, range, colorMap, interpolation, opacity: 1 - style.overlay }];
}

/** A red dot with a white ring on the centre of the patch. */
export function marker(
  point: Point,
  grid: { readonly height: number; readonly width: number },
  box: Box,
  id: string,
): FigureElement {
  return {
    kind: "circle",
    id,
    x: box.x + ((point.col + 0.5) / grid.width) * box.width,
    y: box.y + ((point.row + 0.5) / grid.height) * box.height,
    radius: Math.min(1.1, Math.max(0.5, 0.028 * box.width)),
    fill: COLOR.marker,
    stroke: COLOR.markerRing,
    strokeWidth: 3 * HAIRLINE,
  };
}
