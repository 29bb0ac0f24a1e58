import { inspect } from "node:util";
import { SetrError } from "../errors";
import type { CompiledCell } from "./cellCompiler";
import type { Place } from "./sourceMaps";
import type { CellError } from "./threads";
import type { Diagnostic } from "./tslab";

/** One call that led to an error. */
interface Frame {
  readonly text: string;
  /** Where in a cell, if in one. */
  readonly cell?: CompiledCell;
  readonly place?: Place;
}

type Cells = ReadonlyMap<string, CompiledCell>;

const FRAME = /^ +at (?:async (?=[^(]*$))?(?:(.*) \()?(.*?):(\d+):(\d+)\)?$/;
const LINES_AROUND = 2;

/** What interrupting a cell throws in it, and what the cell then answers with. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  /** @param cause what the cell threw instead, if anything */
  constructor(cause?: unknown) {
    super("the cell was interrupted", cause === undefined ? undefined : { cause });
  }
}

/**
 * Describes what a cell threw, for Jupyter.
 *
 * @param thrown any value
 * @param cells the cells so far by the name of their scripts
 * @param hidden starts of the paths whose calls are left out
 */
export function describeThrown(thrown: unknown, cells: Cells, hidden: readonly string[]): CellError {
  if (!(thrown instanceof Error)) {
    const evalue = typeof thrown === "string" ? thrown : inspect(thrown);
    return { ename: "Thrown", evalue, traceback: [`Thrown: ${evalue}`] };
  }
  const ename = thrown.name || "Error";
  const traceback = describeError(thrown, cells, hidden).join("\n").trimEnd().split("\n");
  return { ename, evalue: thrown.message, traceback };
}

/**
 * Describes the mistakes that TypeScript found in a cell, for Jupyter.
 *
 * @param cell the cell
 * @param diagnostics at least one
 */
export function describeMistakes({ label, source }: CompiledCell, diagnostics: readonly Diagnostic[]): CellError {
  const texts = diagnostics.map(({ messageText, code, fileName, start }) => {
    const place = { line: start.line + 1, column: start.character + 1 };
    const where = `${fileName ?? label}, line ${place.line}, column ${place.column}`;
    const text = `${messageText} (TS${code})`;
    return { text, lines: [where, ...(fileName === undefined ? excerpt(source, place) : []), ""] };
  });
  const { start } = diagnostics[0]!;
  const evalue = `line ${start.line + 1}, column ${start.character + 1}: ${texts[0]!.text}`;
  const lines = texts.flatMap(({ text, lines }) => [`TypeScript: ${text}`, "", ...lines]);
  return { ename: "TypeScript", evalue, traceback: lines.slice(0, -1) };
}

function describeError(error: Error, cells: Cells, hidden: readonly string[]): string[] {
  const code = error instanceof SetrError ? ` [${error.code}]` : "";
  const all = framesOf(error, cells, hidden);
  const frames = error instanceof SetrError ? all.filter((frame) => frame.cell) : all;
  const first = frames.find((frame) => frame.cell);
  const lines = [`${error.name || "Error"}${code}: ${error.message}`, ""];
  if (first) lines.push(placeText(first.cell!, first.place!), ...excerpt(first.cell!.source, first.place!), "");
  if (frames.length > 1 || (frames.length === 1 && !first))
    lines.push(...frames.map(({ text }) => `    at ${text}`), "");
  if (error.cause instanceof Error) {
    lines.push("caused by", "", ...describeError(error.cause, cells, hidden));
  }
  return lines;
}

function framesOf(error: Error, cells: Cells, hidden: readonly string[]): Frame[] {
  const lines = String(error.stack ?? "").split("\n");
  return lines.flatMap((line) => {
    const [, called, file, lineNumber, columnNumber] = FRAME.exec(line) ?? [];
    if (file === undefined || hidden.some((start) => file.startsWith(start))) return [];
    const cell = cells.get(file);
    if (!cell) return [{ text: line.trim().replace(/^at /, "") }];
    const place = cell.find({ line: Number(lineNumber), column: Number(columnNumber) });
    if (!place) return [];
    const where = placeText(cell, place);
    // Functions of earlier cells are properties of the object, a proxy, in which tslab keeps variables.
    return [{ text: called ? `${called.replace(/^Proxy\./, "")} (${where})` : where, cell, place }];
  });
}

function placeText({ label }: CompiledCell, { line, column }: Place): string {
  return `${label}, line ${line}, column ${column}`;
}

/** Some lines of a cell, the given one marked, with a caret below the given column. */
function excerpt(source: string, { line, column }: Place): string[] {
  const lines = source.split("\n");
  const from = Math.max(1, line - LINES_AROUND);
  const to = Math.min(lines.length, line + LINES_AROUND);
  const digits = String(to).length;
  return lines.slice(from - 1, to).flatMap((text, index) => {
    const number = from + index;
    const shown = `${number === line ? ">" : " "} ${String(number).padStart(digits)} | ${text}`.trimEnd();
    // Tabs are kept, so that the caret stands below the same character.
    const caret = `  ${" ".repeat(digits)} | ${text.slice(0, column - 1).replace(/[^\t]/g, " ")}^`;
    return number === line ? [shown, caret] : [shown];
  });
}
