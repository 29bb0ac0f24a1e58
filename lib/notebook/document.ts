import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { NotebookError } from "../errors";
import { writeWhole } from "../files";

/** A cell of a notebook; fields this library does not know are kept. */
export interface NotebookCell {
  cell_type: "code" | "markdown" | "raw";
  /** Text of the cell; one string here, a list of lines in the file. */
  source: string;
  metadata: Record<string, unknown>;
  /** Only in code cells. */
  outputs?: unknown[];
  /** Only in code cells: number of the execution, or null. */
  execution_count?: number | null;
  [field: string]: unknown;
}

/** A Jupyter notebook of nbformat 4; fields this library does not know are kept. */
export interface NotebookDocument {
  nbformat: number;
  nbformat_minor: number;
  metadata: Record<string, unknown>;
  cells: NotebookCell[];
  [field: string]: unknown;
}

/** Kernels whose notebooks run here: the project's own, and plain tslab, for which older notebooks were made. */
const KERNEL_NAMES: readonly string[] = ["setr", "tslab"];

const anything = z.record(z.string(), z.unknown());
const cellSchema = z.looseObject({
  cell_type: z.enum(["code", "markdown", "raw"]),
  source: z.union([z.string(), z.array(z.string())], "expected text or a list of lines"),
  metadata: anything,
  outputs: z.array(anything).optional(),
  execution_count: z.number().nullish(),
});
const documentSchema = z.looseObject({
  nbformat_minor: z.number(),
  metadata: z.looseObject({ kernelspec: z.looseObject({ name: z.string() }).optional() }),
  cells: z.array(cellSchema),
});

/**
 * Reads a TypeScript notebook.
 *
 * @param path file with the extension .ipynb
 * @throws NotebookError `notebook-missing`, `notebook-json`, `notebook-malformed`, `notebook-format` (not nbformat 4) or
 *   `notebook-language` (made for another kernel than setr and tslab)
 */
export async function readNotebook(path: string): Promise<NotebookDocument> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const found = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "a folder" : message;
    throw new NotebookError("notebook-missing", `${path}: expected a notebook, found ${found}`);
  }
  return parseNotebook(text, basename(path));
}

/**
 * Reads a notebook from the text of its file.
 *
 * @param text content of an .ipynb file
 * @param name what error messages call it
 * @throws NotebookError as `readNotebook` does, except for `notebook-missing`
 */
export function parseNotebook(text: string, name: string): NotebookDocument {
  const value = parseJson(text, name);
  if (typeof value !== "object" || value === null || !("nbformat" in value)) {
    throw new NotebookError(
      "notebook-malformed",
      `${name}: expected a notebook, found JSON without the field nbformat`,
    );
  }
  if (value.nbformat !== 4) {
    throw new NotebookError("notebook-format", `${name}: expected nbformat 4, found ${JSON.stringify(value.nbformat)}`);
  }
  const checked = documentSchema.safeParse(value);
  if (!checked.success) throw malformed(name, checked.error.issues[0]);
  const kernel = checked.data.metadata.kernelspec?.name;
  if (kernel !== undefined && !KERNEL_NAMES.includes(kernel)) {
    const expected = `a notebook for the kernel ${KERNEL_NAMES.join(" or ")}`;
    throw new NotebookError("notebook-language", `${name}: expected ${expected}, found ${kernel}`);
  }
  const document = value as NotebookDocument;
  const cells = document.cells.map((cell) => ({ ...cell, source: joinLines(cell.source) }));
  return { ...document, cells };
}

/**
 * Lays a notebook out as Jupyter does: sorted fields, indentation 1, text as lists of lines, newline at the end.
 *
 * The same document always gives the same text.
 */
export function formatNotebook(document: NotebookDocument): string {
  const cells = document.cells.map((cell) => {
    const lines = { ...cell, source: splitLines(cell.source) };
    return cell.outputs ? { ...lines, outputs: cell.outputs.map(splitOutput) } : lines;
  });
  return `${JSON.stringify(sortFields({ ...document, cells }), null, 1)}\n`;
}

/**
 * Writes a notebook; the file is either complete or untouched.
 *
 * @param path file to create or replace
 */
export async function writeNotebook(path: string, document: NotebookDocument): Promise<void> {
  await writeWhole(path, formatNotebook(document));
}

/** Tags of a cell, which Jupyter keeps in the cell's metadata. */
export function cellTags(cell: NotebookCell): readonly string[] {
  const { tags } = cell.metadata;
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new NotebookError("notebook-json", `${name}: expected JSON, found ${text ? reason : "an empty file"}`);
  }
}

function malformed(name: string, issue: z.core.$ZodIssue): NotebookError {
  const place = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  return new NotebookError("notebook-malformed", `${name}: ${place}${issue.message.replace(/^Invalid input: /, "")}`);
}

function joinLines(source: string | readonly string[]): string {
  return typeof source === "string" ? source : source.join("");
}

/** Cuts text after each newline; "" gives no lines. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

function splitOutput(output: unknown): unknown {
  const { text, data, ...rest } = output as Record<string, unknown>;
  return {
    ...rest,
    ...(text === undefined ? {} : { text: typeof text === "string" ? splitLines(text) : text }),
    ...(data === undefined ? {} : { data: splitBundle(data as Record<string, unknown>) }),
  };
}

function splitBundle(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const inLines = (type: string): boolean =>
    type.startsWith("text/") || type === "application/javascript" || type === "image/svg+xml";
  const entries = Object.entries(data).map(([type, value]) => [
    type,
    typeof value === "string" && inLines(type) ? splitLines(value) : value,
  ]);
  return Object.fromEntries(entries);
}

function sortFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortFields);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, sortFields(field)]));
}
