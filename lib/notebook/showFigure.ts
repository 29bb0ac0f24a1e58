import type { Figure } from "../figure/description";
import { renderPng } from "../figure/png";
import { showPng } from "./show";

/** Resolution at which figures are shown in a notebook. */
const SCREEN_DPI = 144;

/**
 * Shows a figure below the cell, at its true width.
 *
 * @throws NotebookError `not-in-notebook` outside a tslab kernel
 */
export async function show(figure: Figure): Promise<void> {
  showPng(await renderPng(figure, { dpi: SCREEN_DPI }), { widthMm: figure.width });
}
