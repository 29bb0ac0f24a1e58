import type { Figure } from "../figure/description";
import { outputHtml } from "../figure/html/output";
import { recipeText } from "../figure/markup";
import { renderPng } from "../figure/png";
import { type Display, newPlace, type Place, showDisplay } from "./show";

/** Resolution at which figures are shown in a notebook. */
const SCREEN_DPI = 144;
const CSS_PIXELS_PER_MM = 96 / 25.4;

/**
 * Shows a figure below the cell, at its true width.
 *
 * The output holds it as a PNG picture and as text; a figure with an explorer also as HTML in which the explorer lives where
 * scripts run. plotly.js, which explorers need, is in the newest such output of the notebook only.
 *
 * @param figure with or without an interactive part
 * @throws NotebookError `not-in-notebook` outside a tslab kernel
 */
export async function show(figure: Figure): Promise<void> {
  await showAt(figure, newPlace());
}

/** Shows one figure after another in the same place. */
export interface LiveDisplay {
  /**
   * Shows a figure, as `show` does; the one that was there goes.
   *
   * @throws NotebookError `not-in-notebook` outside a tslab kernel
   */
  show(figure: Figure): Promise<void>;
}

/** A place below the cell that shows a figure, and later others instead of it. */
export function liveDisplay(): LiveDisplay {
  const place = newPlace();
  return { show: (figure) => showAt(figure, place) };
}

/** The output that has plotly.js, and what it shows without. */
let holder: { readonly place: Place; readonly light: Display } | undefined;

/**
 * Shows a figure at a place; an interactive one brings plotly.js along and takes it out of the output that had it.
 *
 * So the output that was made last always has it, also when the cell that had it is run again and its output goes.
 */
async function showAt(figure: Figure, place: Place): Promise<void> {
  const png = await renderPng(figure, { dpi: SCREEN_DPI });
  const text = [figure.title, recipeText(figure)].filter((part) => part !== "").join("\n");
  const still = pngDisplay(png, figure.width, text);
  if (!figure.interactive) {
    showDisplay(still, place);
    if (holder?.place === place) holder = undefined;
    return;
  }
  const { whole, light } = await outputHtml(figure, png);
  showDisplay(withHtml(still, whole), place);
  const before = holder;
  holder = { place, light: withHtml(still, light) };
  if (before && before.place !== place) showDisplay(before.light, before.place);
}

/** A PNG picture of a width in mm as an output, and as text where no pictures are shown. */
function pngDisplay(png: Uint8Array, width: number, text: string): Display {
  return {
    data: { "image/png": Buffer.from(png).toString("base64"), "text/plain": text },
    metadata: { "image/png": { width: Math.round(width * CSS_PIXELS_PER_MM) } },
  };
}

function withHtml({ data, ...rest }: Display, html: string): Display {
  return { ...rest, data: { ...data, "text/html": html } };
}
