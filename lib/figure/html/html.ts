import { checkChoice } from "../checks";
import type { Figure } from "../description";
import { escapeXml, recipeText } from "../markup";
import { renderSvg } from "../svg";
import { THEMES } from "../theme";
import { figureElement, SCREEN_DENSITY } from "./element";

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
  return figureElement(figure, {
    heading: options.fragment ? "h3" : "h1",
    place: "page",
    plotly: plotly === "inline",
    picture: (prefix) => inlineSvg(svg, prefix),
  });
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
