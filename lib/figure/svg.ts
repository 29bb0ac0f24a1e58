import sharp from "sharp";
import type { RgbImage } from "../arrays";
import type { Figure, FigureElement, RasterElement, TextElement } from "./description";
import { isRaster } from "./description";
import { fontFiles, runSize } from "./font";
import { attributes, decimal, escapeXml, recipeRdf, recipeText, shapeMarkup } from "./markup";
import { drawRaster } from "./raster";
import { MM_PER_POINT, SUBSCRIPT } from "./style";

/** Pixels per millimetre that smooth rasters are enlarged to (about 200 DPI), so that every viewer shows the same. */
const SMOOTH_DENSITY = 8;

/** Pixels per millimetre of a mosaic, whose cells and gaps need not be a whole ratio (about 300 DPI). */
const MOSAIC_DENSITY = 12;

const FAMILY = "Inter, Helvetica, Arial, sans-serif";

/**
 * A figure as a self-contained SVG document.
 *
 * Text stays text, set in Inter, whose files are embedded; characters Inter lacks are left to the viewer. Rasters are
 * embedded PNGs: cells of nearest maps one pixel each, smooth ones enlarged. Title and recipe stand in `<title>`,
 * `<desc>` and `<metadata>`. The same figure always gives the same text.
 *
 * @param figure the description
 * @returns the document; one user unit is one millimetre
 */
export async function renderSvg(figure: Figure): Promise<string> {
  const { width, height } = figure;
  const size = { width: `${decimal(width)}mm`, height: `${decimal(height)}mm` };
  const viewBox = `0 0 ${decimal(width)} ${decimal(height)}`;
  const body: string[] = [];
  for (const element of withUniqueIds(figure.elements)) body.push(await elementMarkup(element));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg"${attributes({ ...size, viewBox, role: "img" })}>`,
    `<title>${escapeXml(figure.title)}</title>`,
    `<desc>${escapeXml(recipeText(figure))}</desc>`,
    `<metadata>${recipeRdf(figure)}</metadata>`,
    `<style>${fontFaces(figure)}</style>`,
    `<rect id="page"${attributes({ width, height, fill: "#ffffff" })}/>`,
    `<g id="figure" font-family="${FAMILY}">`,
    ...body,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** Names made fit for ids: other characters become `_`, and a name that is taken gets a number. */
function withUniqueIds(elements: readonly FigureElement[]): FigureElement[] {
  const taken = new Set(["page", "figure"]);
  return elements.map((element) => {
    const name = (element.id ?? element.kind).replace(/^[^\p{L}_]|[^\p{L}\p{N}_.-]/gu, "_");
    let id = name;
    for (let number = 2; taken.has(id); number++) id = `${name}-${number}`;
    taken.add(id);
    return { ...element, id };
  });
}

async function elementMarkup(element: FigureElement): Promise<string> {
  if (isRaster(element)) return rasterMarkup(element);
  return element.kind === "text" ? textMarkup(element) : shapeMarkup(element);
}

/** `@font-face` rules for the weights that occur; plain Latin last, because later rules are tried first. */
function fontFaces(figure: Figure): string {
  const texts = figure.elements.filter((element) => element.kind === "text");
  return ([400, 600] as const)
    .flatMap((weight) => {
      const text = texts.filter((line) => line.weight === weight).flatMap((line) => line.runs.map((run) => run.text));
      return fontFiles(text.join(""), weight).map((file) => {
        const source = `url(data:font/woff2;base64,${file.toString("base64")}) format("woff2")`;
        return `@font-face{font-family:Inter;font-weight:${weight};src:${source}}`;
      });
    })
    .join("\n");
}

/** Subscripts are smaller spans, shifted down; the next span is shifted back. */
function textMarkup(line: TextElement): string {
  let shift = 0;
  const spans = line.runs.map((run) => {
    const target = run.script === "sub" ? SUBSCRIPT.shift * line.size * MM_PER_POINT : 0;
    const dy = target - shift || undefined;
    shift = target;
    if (dy === undefined && run.script === undefined) return escapeXml(run.text);
    const size = run.script === "sub" ? runSize(run, line.size) * MM_PER_POINT : undefined;
    return `<tspan${attributes({ dy, "font-size": size })}>${escapeXml(run.text)}</tspan>`;
  });
  const tag = attributes({
    id: line.id,
    x: line.x,
    y: line.y,
    fill: line.color,
    "font-size": line.size * MM_PER_POINT,
    "font-weight": line.weight === 400 ? undefined : `${line.weight}`,
    "text-anchor": line.anchor === "start" ? undefined : line.anchor,
    transform: line.rotation === 0 ? undefined : `rotate(${line.rotation} ${decimal(line.x)} ${decimal(line.y)})`,
    "xml:space": "preserve",
  });
  return `<text${tag}>${spans.join("")}</text>`;
}

async function rasterMarkup(element: RasterElement): Promise<string> {
  const { id, x, y, width, height } = element;
  const { pixels, pixelated } = embeddedRaster(element);
  const raw = { width: pixels.width, height: pixels.height, channels: 3 } as const;
  const png = await sharp(pixels.data, { raw }).png({ compressionLevel: 9 }).toBuffer();
  const opacity = element.kind === "heatmap" && element.opacity < 1 ? element.opacity : undefined;
  const tag = attributes({
    id,
    x,
    y,
    width,
    height,
    opacity,
    preserveAspectRatio: "none",
    "image-rendering": pixelated ? "optimizeSpeed" : undefined,
    style: pixelated ? "image-rendering:pixelated" : undefined,
    href: `data:image/png;base64,${png.toString("base64")}`,
  });
  return `<image${tag}/>`;
}

/** The pixels to embed: never fewer than the data has. */
function embeddedRaster(element: RasterElement): { pixels: RgbImage; pixelated: boolean } {
  if (element.kind === "mosaic") {
    const cells = element.rows * element.tileHeight + ((element.rows - 1) * element.gap) / cellHeight(element);
    const perCell = Math.ceil((MOSAIC_DENSITY * element.height) / cells);
    const height = Math.round(cells * perCell);
    return {
      pixels: drawRaster(element, height, Math.round((height * element.width) / element.height)),
      pixelated: true,
    };
  }
  const source = element.kind === "photo" ? element.image : element.values;
  if (element.interpolation === "nearest") {
    return { pixels: drawRaster(element, source.height, source.width), pixelated: true };
  }
  const height = Math.max(source.height, Math.round(element.height * SMOOTH_DENSITY));
  const width = Math.max(source.width, Math.round(element.width * SMOOTH_DENSITY));
  return { pixels: drawRaster(element, height, width), pixelated: false };
}

/** Height of a mosaic's cell, mm. */
function cellHeight({ height, rows, gap, tileHeight }: Extract<RasterElement, { kind: "mosaic" }>): number {
  return (height - (rows - 1) * gap) / (rows * tileHeight);
}
