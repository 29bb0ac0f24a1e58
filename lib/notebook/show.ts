import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { NotebookError } from "../errors";

/** One output of a cell: the same thing in several MIME types, of which the viewer takes the best it can show. */
export interface Display {
  /** Content by MIME type; bytes as base64. */
  readonly data: Readonly<Record<string, string>>;
  /** Hints for the viewer, by MIME type. */
  readonly metadata?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

type WriteDisplay = (content: Record<string, unknown>, update?: boolean) => void;

const CSS_PIXELS_PER_MM = 96 / 25.4;
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * What stands for the execution of a cell: another value for each, `undefined` outside of a notebook and in a tslab without
 * the display hook of 1.0.
 */
export function runningCell(): unknown {
  const require_ = kernelRequire();
  return require_ && hookOf(require_("tslab"));
}

/** Whether this code runs in a cell of a tslab notebook. */
export function insideNotebook(): boolean {
  return kernelRequire() !== undefined;
}

/** Options of {@link pngDisplay}. */
export interface PngDisplayOptions {
  /** Width on the page, mm (> 0; shown at 96 CSS pixels per inch); default one CSS pixel per pixel. */
  readonly widthMm?: number;
  /** What viewers without pictures show; default `<PNG width x height pixels>`. */
  readonly text?: string;
}

/**
 * A PNG picture as an output.
 *
 * @param png bytes of a PNG file
 * @throws NotebookError `not-png` when the bytes are no PNG file
 */
export function pngDisplay(png: Uint8Array, { widthMm, text }: PngDisplayOptions = {}): Display {
  const { width, height } = pngSize(png);
  const plain = text ?? `<PNG ${width} x ${height} pixels>`;
  const data = { "image/png": Buffer.from(png).toString("base64"), "text/plain": plain };
  if (widthMm === undefined) return { data };
  return { data, metadata: { "image/png": { width: Math.round(widthMm * CSS_PIXELS_PER_MM) } } };
}

/**
 * Shows a PNG picture below the cell.
 *
 * @param png bytes of a PNG file
 * @param options see {@link PngDisplayOptions}
 * @throws NotebookError `not-in-notebook` outside a tslab kernel, `not-png` when the bytes are no PNG file
 */
export function showPng(png: Uint8Array, options: PngDisplayOptions = {}): void {
  showDisplay(pngDisplay(png, options));
}

/**
 * Shows HTML below the cell; scripts in it run where the viewer trusts the notebook.
 *
 * @param html fragment or whole document
 * @param options.text what viewers without HTML show; default `<HTML>`
 * @throws NotebookError `not-in-notebook` outside a tslab kernel
 */
export function showHtml(html: string, options: { readonly text?: string } = {}): void {
  showDisplay({ data: { "text/html": html, "text/plain": options.text ?? "<HTML>" } });
}

/**
 * Shows plain text below the cell, apart from what `console.log` prints.
 *
 * @throws NotebookError `not-in-notebook` outside a tslab kernel
 */
export function showText(text: string): void {
  showDisplay({ data: { "text/plain": text } });
}

/**
 * Shows one output that has several MIME types, which tslab's own `display` cannot.
 *
 * @param place replaces what was shown there before; a new output by default
 * @throws NotebookError `not-in-notebook` outside a tslab kernel, `tslab-version` when the running tslab has no display
 *   hook where 1.0 has it
 */
export function showDisplay(display: Display, place?: Place): void {
  const write = displayHook();
  const transient = place ? { display_id: place.id } : {};
  write({ data: display.data, metadata: display.metadata ?? {}, transient }, place?.used ?? false);
  if (place) place.used = true;
}

/** A place below a cell, whose content can be replaced. */
export interface Place {
  readonly id: string;
  /** Whether something was shown there. */
  used: boolean;
}

/** A place that nothing else uses. */
export function newPlace(): Place {
  return { id: randomUUID(), used: false };
}

/**
 * Finds the hook through which the running kernel sends displays.
 *
 * A tslab installed elsewhere on the machine would be another instance whose hook is never set; the one that runs is
 * what the cells' own `require("tslab")` gives, and its module record leads to its folder.
 */
function displayHook(): WriteDisplay {
  const require_ = kernelRequire();
  if (!require_) {
    const advice = "save the figure to a file instead, or run this in a notebook";
    throw new NotebookError("not-in-notebook", `show: expected a cell of a tslab notebook, found none; ${advice}`);
  }
  const tslab = require_("tslab") as { versions?: { tslab?: string } };
  const hook = hookOf(tslab);
  if (hook) return hook;
  const found = tslab.versions?.tslab ?? "another version";
  throw new NotebookError("tslab-version", `show: expected the display hook of tslab 1.0, found tslab ${found}`);
}

/** The hook of a running tslab, which tslab renews for each execution of a cell. */
function hookOf(tslab: unknown): WriteDisplay | undefined {
  const record = Object.values(require.cache).find((module) => module?.exports === tslab);
  const jupyter = record && require.cache[join(dirname(record.filename), "jupyter.js")];
  const hook: unknown = jupyter?.exports.lastWriteDisplayData;
  return typeof hook === "function" ? (hook as WriteDisplay) : undefined;
}

function kernelRequire(): NodeJS.Require | undefined {
  return (globalThis as { __tslab__?: { require?: NodeJS.Require } }).__tslab__?.require;
}

function pngSize(png: Uint8Array): { width: number; height: number } {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  if (bytes.length < 24 || !bytes.subarray(0, 8).equals(PNG_SIGNATURE)) {
    throw new NotebookError("not-png", `showPng: expected the bytes of a PNG file, found ${bytes.length} other bytes`);
  }
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
