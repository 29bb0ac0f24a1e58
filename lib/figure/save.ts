import { extname } from "node:path";
import { FigureError } from "../errors";
import { writeWhole } from "../files";
import type { Figure } from "./description";
import { type FigureFormat, figureFormats, isFigureFormat } from "./formats";
import { renderHtml } from "./html/html";
import { renderPdf } from "./pdf";
import { renderPng } from "./png";
import { renderSvg } from "./svg";

/** Options of {@link saveFigure}. */
export interface SaveOptions {
  /** Pixels per inch of a PNG, and at the least of the pictures in a PDF, 36..2400; default 300. */
  readonly dpi?: number;
  /** Date for the file's metadata; default none, so that the same figure gives the same file. */
  readonly date?: Date;
}

type Writer = (figure: Figure, options: SaveOptions) => Promise<Uint8Array | string>;

const WRITERS: Readonly<Record<FigureFormat, Writer>> = {
  png: renderPng,
  svg: renderSvg,
  pdf: renderPdf,
  html: (figure, { date }) => renderHtml(figure, date ? { date } : {}),
};

/**
 * Writes a figure to a file; the extension picks the format.
 *
 * The file is written beside its place and renamed, so that it is either complete or untouched.
 *
 * @param figure the description
 * @param path ends in `.png`, `.svg`, `.pdf` or `.html`; missing folders are made
 * @param options resolution and date
 * @returns the path
 * @throws FigureError `format-unknown` for any other extension; otherwise as the writers
 */
export async function saveFigure(figure: Figure, path: string, options: SaveOptions = {}): Promise<string> {
  const extension = extname(path).toLowerCase();
  const format = extension.slice(1);
  if (!isFigureFormat(format)) {
    const known = figureFormats.map((name) => `.${name}`).join(", ");
    throw new FigureError(
      "format-unknown",
      `${path}: expected an extension out of ${known}, found ${extension || "none"}`,
    );
  }
  await writeWhole(path, await WRITERS[format](figure, options));
  return path;
}
