import { createHash } from "node:crypto";
import sharp from "sharp";
import type { RgbImage } from "../../arrays";
import { checkChoice } from "../checks";
import type { Figure } from "../description";
import { escapeXml, recipeText } from "../markup";
import { renderSvg } from "../svg";
import { THEMES } from "../theme";
import type { Interactive } from "./interactive";
import { figureScript, pageStyle, plotlyScript } from "./scripts";

/** Options of {@link renderHtml}. */
export interface HtmlOptions {
  /** An element to put into a page or a notebook's output, instead of a whole page; default false. */
  readonly fragment?: boolean;
  /**
   * `"inline"` (default): an interactive figure brings plotly.js along (4.8 MB). `"none"`: it uses what an earlier figure
   * on the page brought, or the page's own `Plotly`.
   */
  readonly plotly?: "inline" | "none";
  /** Written into the metadata; default none, so that the same figure gives the same text. */
  readonly date?: Date;
}

/** Pixels per millimetre at which a page shows the static figure, where there is room. */
const SCREEN_DENSITY = 5.6;

/** Of photos that an explorer shows, 1 to 100. */
const PHOTO_QUALITY = 90;

/** Nothing is fetched: all a page may use stands in it. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:";

/**
 * A figure as a self-contained HTML page, or as an element for a page.
 *
 * It shows the static figure as SVG. An interactive figure's script puts its explorer above it; where scripts are off or
 * fail, the static figure stays. Nothing is fetched. Several figures can stand on one page. The same figure always gives
 * the same text.
 *
 * @param figure the description, with or without an interactive part
 * @param options see {@link HtmlOptions}
 * @throws FigureError `option-invalid`; otherwise as `renderSvg`
 */
export async function renderHtml(figure: Figure, options: HtmlOptions = {}): Promise<string> {
  checkChoice("plotly", options.plotly ?? "inline", ["inline", "none"]);
  const body = await figureMarkup(figure, options);
  if (options.fragment) return body;
  const colors = THEMES[figure.theme ?? "light"];
  const description = escapeXml(recipeText(figure).replaceAll("\n", "; "));
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta name="color-scheme" content="${figure.theme ?? "light"}">`,
    `<meta name="description" content="${description}">`,
    `<title>${escapeXml(figure.title)}</title>`,
    `<style>body{margin:0;padding:16px;background:${colors.page}}</style>`,
    "</head>",
    "<body>",
    body,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

async function figureMarkup(figure: Figure, { plotly = "inline", ...options }: HtmlOptions): Promise<string> {
  const svg = await renderSvg(figure, { density: SCREEN_DENSITY, ...(options.date ? { date: options.date } : {}) });
  const payload = figure.interactive ? await payloadOf(figure.interactive) : "";
  const id = createHash("sha256").update(svg).update(payload).digest("hex").slice(0, 12);
  const picture = inlineSvg(svg, `setr-${id}-`);
  const title = escapeXml(figure.title);
  const heading = options.fragment ? "h3" : "h1";
  return [
    `<figure class="setr-figure" data-figure="${id}" style="${themeStyle(figure)}" aria-label="${title}">`,
    `<style>\n${pageStyle()}</style>`,
    `<${heading} class="setr-title">${title}</${heading}>`,
    ...(figure.interactive
      ? ['<details class="setr-static" open>', "<summary>Figure as printed</summary>", picture, "</details>"]
      : [picture]),
    recipeMarkup(figure),
    ...(figure.interactive ? [`<script type="application/json" class="setr-data">${payload}</script>`] : []),
    ...(figure.interactive && plotly === "inline" ? [`<script>${plotlyScript()}</script>`] : []),
    ...(figure.interactive ? [`<script>${figureScript(figure.interactive.kind, id)}</script>`] : []),
    "</figure>",
  ].join("\n");
}

/** What the script reads: JSON with bytes in base64, pictures as PNG and photos as WebP. */
async function payloadOf({ data, arrays, images, photos }: Interactive): Promise<string> {
  const bytes = Object.entries(arrays).map(([name, array]) => [name, base64(array)]);
  const addresses = [
    ...Object.entries(images).map(async ([name, image]) => [name, await dataAddress(image, "png")]),
    ...Object.entries(photos).map(async ([name, image]) => [name, await dataAddress(image, "webp")]),
  ];
  const pictures = Object.fromEntries(await Promise.all(addresses));
  return JSON.stringify({ data, arrays: Object.fromEntries(bytes), images: pictures }).replaceAll("<", "\\u003c");
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

async function dataAddress({ height, width, data }: RgbImage, format: "png" | "webp"): Promise<string> {
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  const file = format === "png" ? picture.png({ compressionLevel: 9 }) : picture.webp({ quality: PHOTO_QUALITY });
  return `data:image/${format};base64,${(await file.toBuffer()).toString("base64")}`;
}

/** An SVG document as an element of a page, its ids apart from those of other figures. */
function inlineSvg(svg: string, prefix: string): string {
  return svg
    .replace(/^<\?xml[^>]*>\n/, "")
    .replace(/<metadata>.*<\/metadata>\n/s, "")
    .replace(/ id="/g, ` id="${prefix}`)
    .replace(/ xlink:href="#/g, ` xlink:href="#${prefix}`)
    .trimEnd();
}

/** Colours of the figure's theme, whatever the reader's system prefers. */
function themeStyle({ theme = "light", width }: Figure): string {
  const names = ["page", "text", "tick", "caption", "rule", "guide", "marker", "stamp"] as const;
  const colors = names.map((name) => `--setr-${name}:${THEMES[theme][name]}`);
  return [...colors, `--setr-width:${Math.round(width * SCREEN_DENSITY)}px`, `color-scheme:${theme}`].join(";");
}

function recipeMarkup({ recipe }: Figure): string {
  const entries = Object.entries(recipe).map(
    ([name, value]) => `<dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd>`,
  );
  if (entries.length === 0) return "";
  return `<details class="setr-recipe">\n<summary>How it was made</summary>\n<dl>${entries.join("\n")}</dl>\n</details>`;
}
