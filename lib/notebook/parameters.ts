import { NotebookError } from "../errors";
import { cellTags, type NotebookDocument } from "./document";
import { type DeclaredParameter, type ParameterKind, parseParameters } from "./parameterCell";

/** A parameter's new value: text as given on a command line, or a value to be written as it is. */
export type ParameterValue = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

/** New values by parameter name. */
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/** What a notebook can be given. */
export interface NotebookParameter {
  readonly name: string;
  /** Kind of the declared value. */
  readonly kind: ParameterKind;
  /** Source of the declared value. */
  readonly value: string;
  /** Text of the `//` comment on the same line, or "". */
  readonly comment: string;
}

/**
 * Lists the parameters of a notebook, in the order of its cell tagged `parameters`; none when it has no such cell.
 *
 * @throws NotebookError `parameters-cell` when the cell holds anything but constants with literal values
 */
export function notebookParameters(document: NotebookDocument): NotebookParameter[] {
  const index = parametersCell(document);
  return index === undefined ? [] : readParameters(document.cells[index].source);
}

/**
 * Lists the parameters that a parameters cell declares.
 *
 * @param cellSource lines of the form `const name = value; // meaning`
 * @throws NotebookError `parameters-cell` when the cell holds anything else
 */
export function readParameters(cellSource: string): NotebookParameter[] {
  return parseParameters(cellSource).map(({ name, kind, start, end, comment }) => {
    return { name, kind, value: cellSource.slice(start, end), comment };
  });
}

/**
 * Returns a notebook whose cell tagged `parameters` has new values; the given document stays as it is.
 *
 * @throws NotebookError `parameters-missing` when values are given and no cell, or more than one, has the tag; otherwise
 *   as `replaceParameters` does
 */
export function setParameters(document: NotebookDocument, values: ParameterValues): NotebookDocument {
  if (Object.keys(values).length === 0) return document;
  const index = parametersCell(document);
  if (index === undefined) {
    throw new NotebookError("parameters-missing", "parameters: expected a code cell tagged parameters, found none");
  }
  const source = replaceParameters(document.cells[index].source, values);
  const cells = document.cells.map((cell, place) => (place === index ? { ...cell, source } : cell));
  return { ...document, cells };
}

/**
 * Replaces values in a parameters cell and keeps everything else: comments, types, order and layout.
 *
 * Text is taken as it is for a parameter whose declared value is a string, and read as JSON for every other one, whose
 * kind it must have. A parameter declared `null` takes any JSON, and other text as a string. `null` is also accepted
 * where the declared type names it.
 *
 * @param cellSource lines of the form `const name = value; // meaning`
 * @param values new values by name
 * @returns the new source
 * @throws NotebookError `parameter-unknown` for a name that the cell does not declare, `parameter-kind` for a value of
 *   another kind, `parameters-cell` when the cell holds anything but constants with literal values
 */
export function replaceParameters(cellSource: string, values: ParameterValues): string {
  const declared = parseParameters(cellSource);
  for (const name of Object.keys(values)) {
    if (declared.some((parameter) => parameter.name === name)) continue;
    const names = declared.map((parameter) => parameter.name).join(", ") || "no parameters";
    throw new NotebookError("parameter-unknown", `parameters: expected one of ${names}, found ${JSON.stringify(name)}`);
  }
  let source = cellSource;
  for (const parameter of [...declared].reverse()) {
    if (!Object.hasOwn(values, parameter.name)) continue;
    const literal = writeLiteral(parameter, values[parameter.name]);
    source = source.slice(0, parameter.start) + literal + source.slice(parameter.end);
  }
  return source;
}

function parametersCell(document: NotebookDocument): number | undefined {
  const tagged = document.cells.flatMap((cell, index) =>
    cell.cell_type === "code" && cellTags(cell).includes("parameters") ? [index] : [],
  );
  if (tagged.length <= 1) return tagged[0];
  const message = `parameters: expected one code cell tagged parameters, found ${tagged.length}`;
  throw new NotebookError("parameters-missing", message);
}

function writeLiteral(parameter: DeclaredParameter, value: ParameterValue): string {
  const { kind, name } = parameter;
  const taken = typeof value === "string" && kind !== "string" ? readText(parameter, value) : value;
  const found = kindOf(taken);
  const fits = found === kind || kind === "null" || (found === "null" && parameter.nullable);
  if (fits && !(typeof taken === "number" && !Number.isFinite(taken))) return JSON.stringify(taken);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  throw new NotebookError("parameter-kind", `${name}: expected ${describe(kind)}, found ${quote(text)}`);
}

/** Reads text as JSON; text that is no JSON stays text. */
function readText({ kind }: DeclaredParameter, text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" && kind !== "null" ? text : value;
  } catch {
    return text;
  }
}

function kindOf(value: unknown): ParameterKind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as ParameterKind;
}

function describe(kind: ParameterKind): string {
  const words = { boolean: "true or false", array: "a JSON array", object: "a JSON object", null: "JSON" };
  return kind === "string" || kind === "number" ? `a ${kind}` : words[kind];
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
