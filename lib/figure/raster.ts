import type { RgbImage } from "../arrays";
import { finiteRange } from "./checks";
import { fromHex, type Rgb } from "./colorDistance";
import { colorInto, colorize, colorScale, colorTable } from "./colorMaps";
import type { HeatMapElement, MosaicElement, PhotoElement, RasterElement } from "./description";
import { type RasterSize, Resampler, resample } from "./resample";

/**
 * Draws an element at a number of pixels. Values are interpolated first and coloured then.
 *
 * @param element a photo, heat map or mosaic
 * @param height rows
 * @param width columns
 * @returns RGB bytes, [height, width, 3]; opacity is the writer's to apply
 */
export function drawRaster(element: RasterElement, height: number, width: number): RgbImage {
  switch (element.kind) {
    case "photo":
      return { height, width, data: drawPhoto(element, height, width) };
    case "heatmap":
      return { height, width, data: drawHeatMap(element, height, width) };
    case "mosaic":
      return mosaicImage(element, height, width);
  }
}

function drawPhoto({ image, interpolation }: PhotoElement, height: number, width: number): Uint8Array {
  if (image.height === height && image.width === width) return image.data;
  const values = resample(image.data, { ...image, channels: 3 }, height, width, interpolation);
  return Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round(value))));
}

function drawHeatMap(element: HeatMapElement, height: number, width: number): Uint8Array {
  const { values, range, colorMap, interpolation } = element;
  return colorize(resample(values.data, { ...values, channels: 1 }, height, width, interpolation), range, colorMap);
}

function mosaicImage(element: MosaicElement, height: number, width: number): RgbImage {
  const data = new Uint8Array(3 * height * width);
  drawMosaic(element, { data, width, left: 0, top: 0 }, height, width);
  return { height, width, data };
}

/** Where to draw on a picture, pixels. */
export interface Place {
  /** The picture, RGB bytes, [its height, width, 3]. */
  readonly data: Uint8Array;
  /** Of the picture. */
  readonly width: number;
  readonly left: number;
  readonly top: number;
}

/**
 * Draws tiles on the colour of the gaps. Tile edges are rounded to whole pixels, so that tiles may differ by one pixel in
 * size.
 *
 * @param element a mosaic
 * @param place where
 * @param height rows
 * @param width columns
 */
export function drawMosaic(element: MosaicElement, place: Place, height: number, width: number): void {
  const { rows, cols, tileHeight, tileWidth, values, colorMap } = element;
  colorTable(colorMap);
  const down = tileSpans(rows, height, (element.gap / element.height) * height);
  const across = tileSpans(cols, width, (element.gap / element.width) * width);
  const at = (row: number, col: number) => ((place.top + row) * place.width + place.left + col) * 3;
  const gaps = filled(width, fromHex(element.gapColor ?? "#ffffff"));
  for (let row = 0; row < height; row++) place.data.set(gaps, at(row, 0));
  const size = tileHeight * tileWidth;
  const sized = resamplers({ height: tileHeight, width: tileWidth, channels: 1 });
  for (let tile = 0; tile < rows * cols; tile++) {
    const cells = values.subarray(tile * size, (tile + 1) * size);
    const y = down[Math.floor(tile / cols)];
    const x = across[tile % cols];
    const scale = colorScale(element.range === "tile" ? ownRange(cells) : element.range, colorMap);
    const pixels = sized(y.length, x.length).resample(cells);
    for (let row = 0; row < y.length; row++) {
      colorInto(place.data, at(y.first + row, x.first), pixels, row * x.length, x.length, scale);
    }
  }
}

/** For tiles of one size, which are drawn at few sizes: one for each. */
function resamplers(source: RasterSize): (height: number, width: number) => Resampler {
  const made = new Map<string, Resampler>();
  return (height, width) => {
    const key = `${height} ${width}`;
    const known = made.get(key) ?? new Resampler(source, height, width, "nearest");
    made.set(key, known);
    return known;
  };
}

/** So many pixels of one colour. */
export function filled(pixels: number, [red, green, blue]: Rgb): Uint8Array {
  const data = new Uint8Array(3 * pixels).fill(red);
  if (green === red && blue === red) return data;
  for (let at = 0; at < data.length; at += 3) {
    data[at + 1] = green;
    data[at + 2] = blue;
  }
  return data;
}

interface Span {
  readonly first: number;
  readonly length: number;
}

/** First pixel and number of pixels of each tile along a side; gaps all have the same whole width. */
function tileSpans(count: number, pixels: number, gap: number): Span[] {
  const whole = pixels >= 3 * count ? Math.max(1, Math.round(gap)) : 0;
  const pitch = (pixels + whole) / count;
  return Array.from({ length: count }, (_, i) => {
    const first = Math.min(pixels - 1, Math.round(i * pitch));
    return { first, length: Math.max(1, Math.round((i + 1) * pitch) - whole - first) };
  });
}

/** A tile without a finite value has no range to draw in; NaN is grey in any. */
function ownRange(cells: Float32Array): readonly [number, number] {
  return cells.some(Number.isFinite) ? finiteRange("tile", cells) : [0, 0];
}
