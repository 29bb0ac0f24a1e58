import { extname } from "node:path";
import { FigureError } from "../errors";
import { writeWhole } from "../files";
import type { Figure } from "./description";
import { type PngOptions, renderPng } from "./png";
import { renderSvg } from "./svg";

/** Options of {@link saveFigure}: resolution of pixel formats, dots per inch. */
export type SaveOptions = PngOptions;

type Writer = (figure: Figure, options: SaveOptions) => Promise<Uint8Array | string>;

const WRITERS: Readonly<Record<string, Writer>> = {
  ".png": (figure, options) => renderPng(figure, options),
  ".svg": (figure) => renderSvg(figure),
};

/**
 * Writes a figure to a file; the extension picks the format.
 *
 * The file is written beside its place and renamed, so that it is either complete or untouched.
 *
 * @param figure the description
 * @param path ends in `.png` or `.svg`; missing folders are made
 * @param options resolution of pixel formats
 * @returns the path
 * @throws FigureError `format-unknown` for any other extension
 */
export async function saveFigure(figure: Figure, path: string, options: SaveOptions = {}): Promise<string> {
  const extension = extname(path).toLowerCase();
  if (!Object.hasOwn(WRITERS, extension)) {
    throw new FigureError(
      "format-unknown",
      `${path}: expected an extension out of ${Object.keys(WRITERS).join(", ")}, found ${extension || "none"}`,
    );
  }
  await writeWhole(path, await WRITERS[extension](figure, options));
  return path;
}
