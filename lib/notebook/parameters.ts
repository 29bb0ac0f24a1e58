import { NotebookError } from "../errors";
import { cellTags, type NotebookCell, type NotebookDocument } from "./document";
import { type DeclaredParameter, type ParameterKind, parseParameters } from "./parameterCell";

/** A parameter's new value: text as given on a command line, or a value to be written as it is. */
export type ParameterValue = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

const INJECTED = "injected-parameters";

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
  return parseParameters(cellSource).map(({ name, kind, value, comment }) => ({ name, kind, value, comment }));
}

/**
 * Returns a notebook with a cell of new values, tagged `injected-parameters`, below its cell tagged `parameters`, as papermill
 * does; such a cell of an earlier run is replaced. The given document stays as it is.
 *
 * @throws NotebookError `parameters-missing` when values are given and no cell, or more than one, has the tag; otherwise
 *   as `injectedSource` does
 */
export function setParameters(document: NotebookDocument, values: ParameterValues): NotebookDocument {
  if (Object.keys(values).length === 0) return document;
  const index = parametersCell(document);
  if (index === undefined) {
    throw new NotebookError("parameters-missing", "parameters: expected a code cell tagged parameters, found none");
  }
  const injected = injectedCell(document, injectedSource(document.cells[index].source, values));
  const cells = document.cells.flatMap((cell, place) => {
    if (place === index) return [cell, injected];
    return cellTags(cell).includes(INJECTED) ? [] : [cell];
  });
  return { ...document, cells };
}

/**
 * The source of a cell that declares parameters again, with new values; their types and comments stay.
 *
 * Text is taken as it is for a parameter whose declared value is a string, and read as JSON for every other one, whose
 * kind it must have. A parameter declared `null` takes any JSON, and other text as a string. `null` is also accepted
 * where the declared type names it, as text too.
 *
 * @param cellSource lines of the form `const name = value; // meaning`
 * @param values new values by name
 * @returns one line per value, in the order of the declarations
 * @throws NotebookError `parameter-unknown` for a name that the cell does not declare, `parameter-kind` for a value of
 *   another kind, `parameters-cell` when the cell holds anything but constants with literal values
 */
export function injectedSource(cellSource: string, values: ParameterValues): string {
  const declared = parseParameters(cellSource);
  for (const name of Object.keys(values)) {
    if (declared.some((parameter) => parameter.name === name)) continue;
    const names = declared.map((parameter) => parameter.name).join(", ") || "no parameters";
    throw new NotebookError("parameter-unknown", `parameters: expected one of ${names}, found ${JSON.stringify(name)}`);
  }
  const lines = declared
    .filter(({ name }) => Object.hasOwn(values, name))
    .map((parameter) => {
      const { name, before, after, comment } = parameter;
      const declaration = `const ${before}${writeLiteral(parameter, values[name])}${after};`;
      return comment === "" ? declaration : `${declaration} // ${comment}`;
    });
  return ["// Parameters of this run", ...lines].join("\n");
}

/** Cells have ids from nbformat 4.5 on. */
function injectedCell({ nbformat_minor }: NotebookDocument, source: string): NotebookCell {
  const id = nbformat_minor >= 5 ? { id: INJECTED } : {};
  return { cell_type: "code", metadata: { tags: [INJECTED] }, source, outputs: [], execution_count: null, ...id };
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
  const taken = typeof value === "string" && kind !== "string" ? readText(parameter, value) : nullOr(value, parameter);
  const found = kindOf(taken);
  const fits = found === kind || kind === "null" || (found === "null" && parameter.nullable);
  if (fits && !(typeof taken === "number" && !Number.isFinite(taken))) return JSON.stringify(taken);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  throw new NotebookError("parameter-kind", `${name}: expected ${describe(kind)}, found ${quote(text)}`);
}

/** The word `null` means none where the declared type says that there may be none. */
function nullOr(value: ParameterValue, { nullable }: DeclaredParameter): ParameterValue {
  return nullable && value === "null" ? null : value;
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
