import sharp from "sharp";
import type { Figure } from "../description";
import { escapeXml } from "../markup";
import { figureElement } from "./element";

/** Of the static figure, 1 to 100: text stays sharp. */
const PICTURE_QUALITY = 90;

/** CSS pixels. */
const PIXELS_PER_MM = 96 / 25.4;

/** An interactive figure for the outputs of a notebook. */
export interface OutputHtml {
  /** With plotly.js, which the page keeps for all its figures. */
  readonly whole: string;
  /** Without: its explorer starts as soon as another figure on the page has brought plotly.js. */
  readonly light: string;
}

/**
 * A figure as HTML for the outputs of a notebook.
 *
 * The static figure in it is an ordinary picture, which also those viewers leave in that take scripts, styles and SVG out.
 *
 * @param figure the description
 * @param png the figure as a PNG file
 */
export async function outputHtml(figure: Figure, png: Uint8Array): Promise<OutputHtml> {
  const webp = await sharp(png).webp({ quality: PICTURE_QUALITY }).toBuffer();
  const source = `data:image/webp;base64,${webp.toString("base64")}`;
  const width = Math.round(figure.width * PIXELS_PER_MM);
  const image = `<img class="setr-still" width="${width}" alt="${escapeXml(figure.title)}" src="${source}">`;
  const element = (plotly: boolean) => {
    return figureElement(figure, { heading: "h3", place: "output", plotly, picture: () => image });
  };
  return { whole: await element(true), light: await element(false) };
}
