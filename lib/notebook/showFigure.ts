import type { Figure } from "../figure/description";
import { renderPng } from "../figure/png";
import { newPlace, showPng } from "./show";

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

/** Shows one figure after another in the same place. */
export interface LiveDisplay {
  /**
   * Shows a figure; the one that was there goes.
   *
   * @throws NotebookError `not-in-notebook` outside a tslab kernel
   */
  show(figure: Figure): Promise<void>;
}

/** A place below the cell that shows a figure, and later others instead of it. */
export function liveDisplay(): LiveDisplay {
  const place = newPlace();
  return {
    show: async (figure) => showPng(await renderPng(figure, { dpi: SCREEN_DPI }), { widthMm: figure.width, place }),
  };
}
