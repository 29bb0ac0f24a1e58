import type { Grid, RgbImage } from "../arrays";
import { FigureError } from "../errors";
import { checkChoice, checkGrid, checkPhoto, finiteRange } from "./checks";
import { type Block, colorBar } from "./colorBar";
import { type ColorMapName, checkRange, colorTable } from "./colorMaps";
import {
  type Box,
  type Figure,
  type FigureElement,
  grouped,
  type Interpolation,
  type RasterElement,
  type TextRun,
  type ValueRange,
} from "./description";
import { measureText } from "./font";
import { closePage, openPage, type PageArea, type PageOptions } from "./page";
import { ascentOf, GAP, lineHeight, SIZE, textHeight } from "./style";
import { checkText, subscripted, textLine, textLines, wrapText } from "./textLayout";

/** The picture of one layer: false colours, or one value per cell. */
export interface FeatureTile {
  /** Activation name; a number after a capital becomes a subscript (`Z12`). Unique in the figure. */
  readonly name: string;
  /** At any resolution; stretched over the area of the input image. */
  readonly image: RgbImage | Grid;
}

/** What {@link featuresFigure} shows, from input to output. */
export interface FeatureTiles {
  /** What the model saw; gives all tiles their aspect ratio. */
  readonly input: RgbImage;
  /** Block outputs Z1, Z2 ... */
  readonly encoder: readonly FeatureTile[];
  /** Decoder maps U1, U2 ...; empty for an encoder on its own. */
  readonly decoder: readonly FeatureTile[];
}

/** Options of {@link featuresFigure}. */
export interface FeaturesOptions extends PageOptions {
  /** `"smooth"` (default; linear, as the authors' script enlarges the features) or `"nearest"`. */
  readonly interpolation?: Interpolation;
  /** Colours of `Grid` tiles; default `viridis`. */
  readonly colorMap?: ColorMapName;
  /** `"map"` (default): each `Grid` tile in its own range. `"shared"`: one range over all. Or the range itself. */
  readonly range?: "map" | "shared" | ValueRange;
  /** What the values of `Grid` tiles are, beside the colour bar. */
  readonly valueLabel?: string;
  /** What the tiles show, beside the input image; for instance "First three principal components as red, green, blue". */
  readonly note?: string;
  /** Why there is no decoder row, or what its tiles are. */
  readonly decoderNote?: string;
}

/** The input and decoder tiles are a fifth of the page: five decoder maps are the paper's. */
const LARGE_PER_ROW = 5;

/** Narrowest tile of the encoder, mm: room for a label such as Z₁₂. */
const MIN_TILE = 5.4;

interface TileRow {
  readonly tiles: readonly FeatureTile[];
  readonly width: number;
  readonly height: number;
}

/**
 * Figure 3: features of all layers.
 *
 * Rows: the input image; the first and the second half of the encoder (Z1..Z12 and Z13..Z24 of T-Large); the decoder
 * (U1..U5). Decoder tiles are larger, as their maps are. An empty decoder leaves its row out.
 *
 * @param tiles input image and pictures of the layers
 * @param options see {@link FeaturesOptions}
 * @returns the description
 * @throws FigureError when an image or option is out of range, there is no encoder tile, or a name appears twice
 *
 * Source: SETR supplement, Figure 3; linear enlargement from the authors' script vis_setr.
 */
export function featuresFigure(tiles: FeatureTiles, options: FeaturesOptions = {}): Figure {
  const style = checkFeatures(tiles, options);
  const area = openPage(options);
  const aspect = tiles.input.height / tiles.input.width;
  const top = inputRow(tiles, aspect, area, style, options);
  const elements = grouped("row-input", top.elements);
  let y = top.bottom + GAP.block;
  tileRows(tiles, area.width, aspect).forEach((row, i) => {
    const block = drawRow(row, { ...area, y }, style);
    elements.push(...grouped(`row-${i + 1}`, block.elements));
    y = block.bottom + GAP.block * 0.7;
  });
  return closePage("Features of all layers", area, elements, y - GAP.block * 0.7, options);
}

interface TileStyle {
  readonly range: ValueRange | "own";
  readonly interpolation: Interpolation;
  readonly colorMap: ColorMapName;
}

function checkFeatures({ input, encoder, decoder }: FeatureTiles, options: FeaturesOptions): TileStyle {
  checkPhoto("input", input);
  if (encoder.length === 0) throw new FigureError("encoder-empty", "encoder: expected at least one tile, found none");
  const names = new Set<string>();
  for (const { name, image } of [...encoder, ...decoder]) {
    checkText("name", name);
    if (names.has(name)) throw new FigureError("name-twice", `name: expected each once, found ${name} twice`);
    names.add(name);
    if (isRgb(image)) checkPhoto(name, image);
    else checkGrid(name, image);
  }
  const { range = "map", interpolation = "smooth", colorMap = "viridis" } = options;
  colorTable(colorMap);
  const grids = [...encoder, ...decoder].flatMap(({ image }) => (isRgb(image) ? [] : [image.data]));
  const scale = range === "map" ? "own" : range === "shared" ? finiteRange("tiles", ...grids) : checkRange(range);
  return { range: scale, interpolation: checkChoice("interpolation", interpolation, ["smooth", "nearest"]), colorMap };
}

/** By the size of an item, as an array made in another context (a notebook's) is no instance of this one's classes. */
export function isRgb(image: RgbImage | Grid): image is RgbImage {
  return image.data.BYTES_PER_ELEMENT === 1;
}

/** The input image, and beside it what the tiles below show. */
function inputRow(
  tiles: FeatureTiles,
  aspect: number,
  area: PageArea,
  style: TileStyle,
  options: FeaturesOptions,
): Block {
  const width = (area.width - (LARGE_PER_ROW - 1) * GAP.tile) / LARGE_PER_ROW;
  const label = textLine("Input", {
    id: "label-input",
    x: area.x + width / 2,
    y: area.y + ascentOf(SIZE.label),
    anchor: "middle",
  });
  const y = area.y + lineHeight(SIZE.label);
  const box = { x: area.x, y, width, height: width * aspect };
  const image: RasterElement = { kind: "photo", id: "input", ...box, image: tiles.input, interpolation: "smooth" };
  const side = { x: area.x + width + GAP.block, y, width: area.width - width - GAP.block };
  const notes = sideNotes(tiles, side, style, options);
  return { elements: [image, ...notes.elements, label], bottom: Math.max(y + box.height, notes.bottom) };
}

function sideNotes(
  { encoder, decoder }: FeatureTiles,
  side: PageArea,
  { range, colorMap }: TileStyle,
  options: FeaturesOptions,
): Block {
  const elements: FigureElement[] = [];
  let y = side.y;
  const write = (id: string, text: string) => {
    const lines = wrapText(checkText(id, text), SIZE.label, side.width).map(subscripted);
    elements.push(...textLines(lines, { id: `${id}-line`, x: side.x, y }));
    y += lines.length * lineHeight(SIZE.label);
  };
  if (options.note) write("note", options.note);
  if (options.decoderNote) write("decoderNote", options.decoderNote);
  let bottom = y;
  if ([...encoder, ...decoder].some(({ image }) => !isRgb(image))) {
    const gap = elements.length > 0 ? GAP.text : 0;
    const name = checkText("valueLabel", options.valueLabel ?? "");
    const scope = name === "" ? "Each map in its own range" : `${name} (each map in its own range)`;
    const label = range === "own" ? scope : name || "Values";
    const bar = colorBar(label, range, colorMap, { ...side, y: y + gap });
    elements.unshift(...bar.elements);
    bottom = bar.bottom;
  }
  return { elements, bottom };
}

/** Two rows for the encoder, more only where tiles would become narrower than their labels; then the decoder. */
function tileRows({ encoder, decoder }: FeatureTiles, width: number, aspect: number): TileRow[] {
  const most = Math.floor((width + GAP.tile) / (MIN_TILE + GAP.tile));
  const half = Math.ceil(encoder.length / 2);
  const perRow = Math.ceil(encoder.length / Math.ceil(encoder.length / Math.min(half, most)));
  const rowsOf = (tiles: readonly FeatureTile[], count: number): TileRow[] => {
    const tileWidth = (width - (Math.max(count, LARGE_PER_ROW) - 1) * GAP.tile) / Math.max(count, LARGE_PER_ROW);
    return Array.from({ length: Math.ceil(tiles.length / count) }, (_, i) => ({
      tiles: tiles.slice(i * count, (i + 1) * count),
      width: tileWidth,
      height: tileWidth * aspect,
    }));
  };
  return [...rowsOf(encoder, perRow), ...rowsOf(decoder, Math.max(1, Math.min(decoder.length, most)))];
}

/** Tiles side by side, each below its name. */
function drawRow(row: TileRow, at: PageArea, style: TileStyle): Block {
  const labels = row.tiles.map(({ name }) => labelLines(name, row.width));
  const labelHeight = Math.max(...labels.map((lines) => lines.length)) * lineHeight(SIZE.label);
  const elements: FigureElement[] = [];
  const y = at.y + labelHeight;
  row.tiles.forEach(({ name, image }, i) => {
    const x = at.x + i * (row.width + GAP.tile);
    elements.push(tileElement(name, image, { x, y, width: row.width, height: row.height }, style));
  });
  row.tiles.forEach(({ name }, i) => {
    const x = at.x + i * (row.width + GAP.tile) + row.width / 2;
    const top = y - labels[i].length * lineHeight(SIZE.label);
    elements.push(...textLines(labels[i], { id: `label-${name}`, x, y: top, anchor: "middle" }));
  });
  return { elements, bottom: y + Math.max(row.height, textHeight(SIZE.label)) };
}

/** The name with its subscript, or where that is too wide for the tile, in lines. */
function labelLines(name: string, width: number): TextRun[][] {
  const runs = subscripted(name.replace(".", " "));
  if (measureText(runs, SIZE.label, 400) <= width) return [runs];
  return wrapText(name, SIZE.label, width).map(subscripted);
}

function tileElement(name: string, image: RgbImage | Grid, box: Box, style: TileStyle): RasterElement {
  const { interpolation, colorMap } = style;
  if (isRgb(image)) return { kind: "photo", id: name, ...box, image, interpolation };
  const range = style.range === "own" ? finiteRange(name, image.data) : style.range;
  return { kind: "heatmap", id: name, ...box, values: image, range, colorMap, interpolation, opacity: 1 };
}
