import { dirname, resolve } from "node:path";
import { NotebookError } from "../errors";
import { type NotebookCell, type NotebookDocument, readNotebook, writeNotebook } from "./document";
import { type ExecuteReply, type Kernel, startKernel } from "./kernel";
import { type CellOutput, collectOutput, type DisplayIndex, errorOutput, errorText, withoutEmptied } from "./outputs";
import { type ParameterValues, setParameters } from "./parameters";
import { cellTitle, type RunEvent } from "./progress";

/** How a notebook is run. */
export interface RunOptions {
  /** New values for the cell tagged `parameters`; default none. */
  readonly parameters?: ParameterValues;
  /** File for the executed notebook; default none. */
  readonly out?: string;
  /** Whether the executed notebook, new parameters included, replaces the one that was run; default false. */
  readonly save?: boolean;
  /** Seconds each cell may take; default without limit. */
  readonly timeoutSeconds?: number;
  /** Stops the run. */
  readonly signal?: AbortSignal;
  /** Variables added to the kernel's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Receives what happens; see `progressPrinter`. */
  readonly onProgress?: (event: RunEvent) => void;
}

/** How long a code cell took. */
export interface CellTime {
  readonly title: string;
  readonly seconds: number;
}

/** A notebook that ran to its end. */
export interface NotebookRun {
  /** The notebook with outputs and execution counts. */
  readonly document: NotebookDocument;
  /** One entry per code cell that has content, in order. */
  readonly cells: readonly CellTime[];
  /** Seconds of the whole run, the start of the kernel included. */
  readonly seconds: number;
}

/** A cell that failed, was too slow, was cancelled or took the kernel down with it. */
export class NotebookCellError extends NotebookError {
  /** Source of the cell. */
  readonly cellSource: string;
  /** What the cell wrote to standard error, then what the kernel itself wrote there if it died; may be "". */
  readonly stderr: string;
  /** The notebook up to and including the failed cell; it has been written nowhere. */
  readonly document: NotebookDocument;

  constructor(code: string, message: string, cellSource: string, stderr: string, document: NotebookDocument) {
    super(code, message);
    this.cellSource = cellSource;
    this.stderr = stderr;
    this.document = document;
  }
}

/**
 * Runs all code cells of a notebook in a fresh tslab kernel, as "Run All" in Jupyter does, in the notebook's folder.
 *
 * Nothing is written unless the last cell has succeeded.
 *
 * @param path file with the extension .ipynb
 * @throws NotebookError when the notebook cannot be read, a parameter does not fit, or the kernel does not start
 * @throws NotebookCellError `cell-failed`, `cell-timeout`, `kernel-died` or `cancelled`
 */
export async function runNotebook(path: string, options: RunOptions = {}): Promise<NotebookRun> {
  const document = prepare(setParameters(await readNotebook(path), options.parameters ?? {}));
  const code = document.cells.filter((cell) => cell.cell_type === "code" && cell.source.trim() !== "");
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  let succeeded = false;
  options.onProgress?.({ kind: "kernel-start", cells: code.length });
  try {
    const cells = await runCells(document, code, dirname(resolve(path)), options);
    if (options.out !== undefined) await writeNotebook(options.out, document);
    if (options.save) await writeNotebook(path, document);
    succeeded = true;
    return { document, cells, seconds: elapsed() };
  } finally {
    options.onProgress?.({ kind: "end", succeeded, seconds: elapsed() });
  }
}

/** Copies a notebook without the outputs of earlier runs. */
function prepare(document: NotebookDocument): NotebookDocument {
  const cells = structuredClone(document.cells).map((cell) =>
    cell.cell_type === "code" ? { ...cell, outputs: [], execution_count: null } : cell,
  );
  return { ...document, cells };
}

async function runCells(
  document: NotebookDocument,
  code: readonly NotebookCell[],
  folder: string,
  options: RunOptions,
): Promise<CellTime[]> {
  const { env, signal } = options;
  const kernel = await startKernel({ folder, ...(env && { env }), ...(signal && { signal }) });
  try {
    const displays: DisplayIndex = new Map();
    const times: CellTime[] = [];
    for (const [index, cell] of code.entries()) {
      const place = {
        cell: index + 1,
        cells: code.length,
        title: cellTitle(document.cells, document.cells.indexOf(cell)),
      };
      options.onProgress?.({ kind: "cell-start", ...place });
      const seconds = await runCell(kernel, cell, displays, options, (error, stderr) => {
        const message = `cell ${place.cell} of ${place.cells}: ${error.message}`;
        return new NotebookCellError(error.code, message, cell.source, stderr, document);
      });
      options.onProgress?.({ kind: "cell-end", ...place, seconds });
      times.push({ title: place.title, seconds });
    }
    return times;
  } finally {
    await kernel.close();
    for (const cell of code) cell.outputs = withoutEmptied(cell.outputs as CellOutput[]);
  }
}

async function runCell(
  kernel: Kernel,
  cell: NotebookCell,
  displays: DisplayIndex,
  { timeoutSeconds, signal }: RunOptions,
  fail: (error: NotebookError, stderr: string) => NotebookCellError,
): Promise<number> {
  const outputs: CellOutput[] = [];
  cell.outputs = outputs;
  const start = performance.now();
  let reply: ExecuteReply;
  try {
    reply = await kernel.execute(cell.source, {
      onOutput: (message) => collectOutput(outputs, message, displays),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (!(error instanceof NotebookError)) throw error;
    throw fail(error, errorText(outputs) + kernel.errorTail);
  }
  cell.execution_count = reply.executionCount;
  if (reply.status !== "ok") throw fail(failedCell(outputs), errorText(outputs));
  return (performance.now() - start) / 1000;
}

function failedCell(outputs: CellOutput[]): NotebookError {
  const known = outputs.find((output) => output.output_type === "error");
  const error = known ?? errorOutput(errorText(outputs));
  if (!known) outputs.push(error);
  return new NotebookError("cell-failed", error.evalue ? `${error.ename}: ${error.evalue}` : error.ename);
}
