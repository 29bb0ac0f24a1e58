import sharp from "sharp";
import { FigureError } from "../errors";
import { checkNumber } from "./checks";
import { fromHex } from "./colorDistance";
import { type Figure, isRaster, opacityOf, type RasterElement, type TextElement } from "./description";
import { measureText, outlineText } from "./font";
import { attributes, shapeMarkup, xmpPacket } from "./markup";
import { drawMosaic, drawRaster, filled } from "./raster";
import { COLOR } from "./style";
import { colorOf, withColors } from "./theme";

/** Longest side that vector drawing handles, pixels. */
const MAX_SIDE = 32767;

/** Of 9: the smallest file of Figure 1 is a third smaller and takes five times as long. */
const COMPRESSION = 2;

/** Options of {@link renderPng}. */
export interface PngOptions {
  /** Pixels per inch, 36..2400; default 300. */
  readonly dpi?: number;
  /** Written into the metadata; default none, so that the same figure gives the same bytes. */
  readonly date?: Date;
}

interface Canvas {
  readonly height: number;
  readonly width: number;
  /** Pixels per millimetre. */
  readonly density: number;
  /** RGB, the page's colour to begin with. */
  readonly data: Uint8Array;
}

/**
 * A figure as a PNG file.
 *
 * Every raster is drawn at the exact pixels of its box; text is drawn as outlines, so that no font of the system is
 * used and the picture is the same everywhere (a character that Inter lacks, as a file name in a recipe may hold, is
 * drawn as `?`). The file carries its resolution, and title and recipe as XMP. The same figure always gives the same
 * bytes.
 *
 * @param figure the description
 * @param options resolution and date
 * @returns the file
 * @throws FigureError `option-invalid` for a resolution outside 36..2400, `figure-too-large` beyond 32767 pixels a side
 */
export async function renderPng(figure: Figure, options: PngOptions = {}): Promise<Buffer> {
  const dpi = checkNumber("dpi", options.dpi ?? 300, 36, 2400);
  const canvas = blankCanvas(figure, dpi);
  const { elements } = withColors(figure);
  const { width, height, data } = canvas;
  const [overlay] = await Promise.all([
    drawn(overlayMarkup({ ...figure, elements }, canvas)), // on a thread of its own
    paintRasters(canvas, elements),
  ]);
  layOver(canvas, overlay);
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .withMetadata({ density: dpi })
    .withXmp(xmpPacket(figure, options.date))
    .png({ compressionLevel: COMPRESSION })
    .toBuffer();
}

function blankCanvas(figure: Figure, dpi: number): Canvas {
  const density = dpi / 25.4;
  const width = Math.round(figure.width * density);
  const height = Math.round(figure.height * density);
  if (Math.max(width, height) > MAX_SIDE) {
    throw new FigureError(
      "figure-too-large",
      `dpi: expected at most ${Math.floor((MAX_SIDE * 25.4) / Math.max(figure.width, figure.height))} for a figure of ` +
        `${figure.width.toFixed(0)}x${figure.height.toFixed(0)} mm, found ${dpi}`,
    );
  }
  return { height, width, density, data: filled(width * height, fromHex(colorOf(COLOR.page, figure.theme))) };
}

async function paintRasters(canvas: Canvas, elements: Figure["elements"]): Promise<void> {
  for (const element of elements) if (isRaster(element)) paint(canvas, element);
}

/** Draws a raster at the whole pixels nearest to its box. */
function paint(canvas: Canvas, element: RasterElement): void {
  const [left, top] = [element.x, element.y].map((edge) => Math.round(edge * canvas.density));
  const right = Math.min(canvas.width, Math.round((element.x + element.width) * canvas.density));
  const bottom = Math.min(canvas.height, Math.round((element.y + element.height) * canvas.density));
  const width = Math.max(1, right - left);
  const height = Math.max(1, bottom - top);
  const opacity = opacityOf(element);
  if (element.kind === "mosaic" && opacity === 1) {
    drawMosaic(element, { ...canvas, left, top }, height, width);
    return;
  }
  const pixels = drawRaster(element, height, width).data;
  for (let row = 0; row < height; row++) {
    const line = pixels.subarray(row * width * 3, (row + 1) * width * 3);
    const at = ((top + row) * canvas.width + left) * 3;
    if (opacity === 1) canvas.data.set(line, at);
    else blend(canvas.data.subarray(at, at + line.length), line, opacity);
  }
}

function blend(below: Uint8Array, above: Uint8Array, opacity: number): void {
  for (let i = 0; i < below.length; i++) below[i] = Math.round(below[i] + (above[i] - below[i]) * opacity);
}

/** Vector markup as RGBA, not premultiplied. */
async function drawn(markup: string): Promise<Buffer> {
  return sharp(Buffer.from(markup), { limitInputPixels: false }).raw().toBuffer();
}

/** Lays a page of RGBA over the canvas; most of it is transparent, which is zero in every byte. */
function layOver({ data }: Canvas, overlay: Buffer): void {
  const transparent = Buffer.alloc(4096);
  for (let start = 0; start < overlay.length; start += transparent.length) {
    const end = Math.min(overlay.length, start + transparent.length);
    if (overlay.compare(transparent, 0, end - start, start, end) === 0) continue;
    for (let i = start / 4; i < end / 4; i++) if (overlay[4 * i + 3] > 0) layPixel(data, overlay, i);
  }
}

function layPixel(data: Uint8Array, overlay: Buffer, i: number): void {
  const opacity = overlay[4 * i + 3] / 255;
  for (let at = 3 * i, c = 4 * i; at < 3 * i + 3; at++, c++) {
    data[at] = Math.round(data[at] + (overlay[c] - data[at]) * opacity);
  }
}

/** All outlines of the figure on a transparent page of the canvas' pixels. */
function overlayMarkup(figure: Figure, { width, height }: Canvas): string {
  const page = { width, height, viewBox: `0 0 ${figure.width} ${figure.height}`, preserveAspectRatio: "none" };
  const body = figure.elements.map((element) => {
    if (isRaster(element)) return "";
    return element.kind === "text" ? outlineMarkup(element) : shapeMarkup(element);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg"${attributes(page)}>${body.join("")}</svg>`;
}

function outlineMarkup(line: TextElement): string {
  const width = measureText(line.runs, line.size, line.weight);
  const before = { start: 0, middle: width / 2, end: width }[line.anchor];
  const transform = `translate(${line.x} ${line.y}) rotate(${line.rotation}) translate(${-before} 0)`;
  return `<path${attributes({ d: outlineText(line.runs, line.size, line.weight), fill: line.color, transform })}/>`;
}
