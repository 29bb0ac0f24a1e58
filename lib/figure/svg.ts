import type { Figure, FigureElement, RasterElement, TextElement } from "./description";
import { isRaster, opacityOf } from "./description";
import { type EmbeddedRaster, embedRasters } from "./embed";
import { fontFiles, runSize } from "./font";
import { attributes, decimal, escapeXml, recipeRdf, recipeText, shapeMarkup } from "./markup";
import { COLOR, MM_PER_POINT, SUBSCRIPT } from "./style";
import { colorOf, withColors } from "./theme";

/** Options of {@link renderSvg}. */
export interface SvgOptions {
  /** Written into the metadata; default none, so that the same figure gives the same text. */
  readonly date?: Date;
  /** Pixels per millimetre of smooth rasters at the least; default 8. */
  readonly density?: number;
}

/** About 200 DPI for smooth rasters and 300 for mosaics; flat cells are enlarged by the viewer. */
const DENSITY = { smooth: 8, mosaic: 12, cells: 0 } as const;

/** Ids of rasters that several elements show begin so. */
const SHARED = "raster-";

const FAMILY = "Inter, Helvetica, Arial, sans-serif";

/**
 * A figure as a self-contained SVG document.
 *
 * Text stays text, set in Inter, whose files are embedded; characters Inter lacks are left to the viewer. Rasters are
 * embedded PNGs, each once however often it is shown: cells of nearest maps one pixel each, smooth ones enlarged. The
 * parts of the figure are groups with ids. Title and recipe stand in `<title>`, `<desc>` and `<metadata>`. The same
 * figure always gives the same text.
 *
 * @param figure the description
 * @param options date for the metadata, none by default
 * @returns the document; one user unit is one millimetre
 */
export async function renderSvg(figure: Figure, options: SvgOptions = {}): Promise<string> {
  const { width, height } = figure;
  const size = { width: `${decimal(width)}mm`, height: `${decimal(height)}mm` };
  const viewBox = `0 0 ${decimal(width)} ${decimal(height)}`;
  const elements = withUniqueIds(withColors(figure).elements);
  const rasters = await embedRasters(elements, { ...DENSITY, smooth: options.density ?? DENSITY.smooth });
  const shared = sharedRasters(rasters);
  const images = [...shared].map(([raster, id]) => imageMarkup(raster, { id, width: 1, height: 1 }));
  const namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg ${namespaces}${attributes({ ...size, viewBox, role: "img" })}>`,
    `<title>${escapeXml(figure.title)}</title>`,
    `<desc>${escapeXml(recipeText(figure))}</desc>`,
    `<metadata>${recipeRdf(figure, options.date)}</metadata>`,
    `<style>${fontFaces(figure)}</style>`,
    ...(images.length > 0 ? ["<defs>", ...images, "</defs>"] : []),
    `<rect id="page"${attributes({ width, height, fill: colorOf(COLOR.page, figure.theme) })}/>`,
    `<g id="figure" font-family="${FAMILY}">`,
    ...bodyMarkup(elements, rasters, shared),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** Names made fit for ids: other characters become `_`, and a name that is taken gets a number. */
function withUniqueIds(elements: readonly FigureElement[]): FigureElement[] {
  const taken = new Set(["page", "figure"]);
  const unique = (wanted: string) => {
    const name = wanted.replace(/^[^\p{L}_]|[^\p{L}\p{N}_.-]/gu, "_");
    let id = name;
    for (let number = 2; taken.has(id) || id.startsWith(SHARED); number++) id = `${name}-${number}`;
    taken.add(id);
    return id;
  };
  let [wanted, group]: (string | undefined)[] = [];
  return elements.map((element) => {
    if (element.group !== wanted) {
      wanted = element.group;
      group = wanted === undefined ? undefined : unique(wanted);
    }
    const id = unique(element.id ?? element.kind);
    return group === undefined ? { ...element, id } : { ...element, id, group };
  });
}

/** Elements in painting order; those in a row that belong to the same part are a group. */
function bodyMarkup(
  elements: readonly FigureElement[],
  rasters: ReadonlyMap<FigureElement, EmbeddedRaster>,
  shared: ReadonlyMap<EmbeddedRaster, string>,
): string[] {
  const lines: string[] = [];
  let group: string | undefined;
  for (const element of elements) {
    if (element.group !== group) {
      if (group !== undefined) lines.push("</g>");
      if (element.group !== undefined) lines.push(`<g${attributes({ id: element.group })}>`);
      group = element.group;
    }
    const raster = rasters.get(element);
    if (isRaster(element) && raster) lines.push(rasterMarkup(element, raster, shared));
    else if (element.kind === "text") lines.push(textMarkup(element));
    else if (!isRaster(element)) lines.push(shapeMarkup(element));
  }
  return group === undefined ? lines : [...lines, "</g>"];
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
    const style = run.digits === "tabular" ? "font-variant-numeric:tabular-nums" : undefined;
    if (dy === undefined && run.script === undefined && style === undefined) return escapeXml(run.text);
    const size = run.script === "sub" ? runSize(run, line.size) * MM_PER_POINT : undefined;
    return `<tspan${attributes({ dy, "font-size": size, style })}>${escapeXml(run.text)}</tspan>`;
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

function rasterMarkup(
  element: RasterElement,
  raster: EmbeddedRaster,
  shared: ReadonlyMap<EmbeddedRaster, string>,
): string {
  const { id, x, y, width, height } = element;
  const opacity = opacityOf(element) < 1 ? opacityOf(element) : undefined;
  const name = shared.get(raster);
  if (name === undefined) return imageMarkup(raster, { id, x, y, width, height, opacity });
  const transform = `translate(${decimal(x)} ${decimal(y)}) scale(${decimal(width)} ${decimal(height)})`;
  return `<use${attributes({ id, "xlink:href": `#${name}`, transform, opacity })}/>`;
}

function imageMarkup({ png, pixelated }: EmbeddedRaster, place: Readonly<Record<string, string | number | undefined>>) {
  const tag = attributes({
    ...place,
    preserveAspectRatio: "none",
    "image-rendering": pixelated ? "optimizeSpeed" : undefined,
    style: pixelated ? "image-rendering:pixelated" : undefined,
    "xlink:href": `data:image/png;base64,${png.toString("base64")}`,
  });
  return `<image${tag}/>`;
}

/** Names of the rasters that several elements show. */
function sharedRasters(rasters: ReadonlyMap<FigureElement, EmbeddedRaster>): Map<EmbeddedRaster, string> {
  const shared = new Set([...rasters.values()].filter(({ uses }) => uses > 1));
  return new Map([...shared].map((raster, i) => [raster, `${SHARED}${i + 1}`]));
}
