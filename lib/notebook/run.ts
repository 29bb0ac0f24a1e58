import { dirname, resolve } from "node:path";
import { NotebookError } from "../errors";
import { type NotebookCell, type NotebookDocument, readNotebook, writeNotebook } from "./document";
import { type ExecuteReply, type Kernel, startKernel } from "./kernel";
import {
  type CellOutput,
  collectOutput,
  type DisplayIndex,
  type ErrorOutput,
  errorText,
  staticOutputs,
  withoutEmptied,
} from "./outputs";
import { type ParameterValues, setParameters } from "./parameters";
import { cellTitle, type RunEvent } from "./progress";

/** How a notebook is run. */
export interface RunOptions {
  /** New values for what the cell tagged `parameters` declares, in a cell of their own below it; default none. */
  readonly parameters?: ParameterValues;
  /** File for the executed notebook, which may be the one that is run; default none. */
  readonly out?: string;
  /** Whether interactive figures are kept as pictures and text alone, 5 MB less for a notebook; default false. */
  readonly static?: boolean;
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
  /** The error, its place in the cell and the calls that led there; "" when the cell threw nothing. */
  readonly traceback: string;
  /** The notebook up to and including the failed cell; it has been written nowhere. */
  readonly document: NotebookDocument;

  /**
   * @param code as of the error that ended the cell
   * @param message which cell, and what happened
   * @param cell the cell with its outputs
   * @param kernelStderr what the kernel itself wrote to standard error
   * @param document the notebook
   */
  constructor(code: string, message: string, cell: NotebookCell, kernelStderr: string, document: NotebookDocument) {
    super(code, message);
    const outputs = (cell.outputs ?? []) as CellOutput[];
    this.cellSource = cell.source;
    this.stderr = errorText(outputs) + kernelStderr;
    this.traceback = errorOf(outputs)?.traceback.join("\n") ?? "";
    this.document = document;
  }
}

/**
 * Runs all code cells of a notebook in a fresh kernel, as "Run All" in Jupyter does, in the notebook's folder.
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
      const title = cellTitle(document.cells, document.cells.indexOf(cell));
      const place = { cell: index + 1, cells: code.length, title };
      options.onProgress?.({ kind: "cell-start", ...place });
      const fail = (error: NotebookError) => cellError(error, place, cell, kernel, document);
      const seconds = await runCell(kernel, cell, displays, options, fail);
      options.onProgress?.({ kind: "cell-end", ...place, seconds });
      times.push({ title, seconds });
    }
    for (const [index, cell] of code.entries()) {
      const late = errorOf(cell.outputs as CellOutput[]); // of work that the cell did not wait for
      if (late) throw cellError(failedCell(late), { cell: index + 1, cells: code.length }, cell, kernel, document);
    }
    return times;
  } finally {
    await kernel.close();
    for (const cell of code) {
      const outputs = withoutEmptied(cell.outputs as CellOutput[]);
      cell.outputs = options.static ? staticOutputs(outputs) : outputs;
    }
  }
}

function cellError(
  error: NotebookError,
  place: { readonly cell: number; readonly cells: number },
  cell: NotebookCell,
  kernel: Kernel,
  document: NotebookDocument,
): NotebookCellError {
  const message = `cell ${place.cell} of ${place.cells}: ${error.message}`;
  return new NotebookCellError(error.code, message, cell, kernel.errorTail, document);
}

async function runCell(
  kernel: Kernel,
  cell: NotebookCell,
  displays: DisplayIndex,
  { timeoutSeconds, signal }: RunOptions,
  fail: (error: NotebookError) => NotebookCellError,
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
    throw fail(error);
  }
  cell.execution_count = reply.executionCount;
  if (reply.status !== "ok") throw fail(failedCell(errorOf(outputs)));
  return (performance.now() - start) / 1000;
}

function errorOf(outputs: readonly CellOutput[]): ErrorOutput | undefined {
  return outputs.find((output) => output.output_type === "error");
}

function failedCell(error: ErrorOutput | undefined): NotebookError {
  const { ename, evalue } = error ?? { ename: "Error", evalue: "" };
  const [line] = evalue.split("\n", 1);
  return new NotebookError("cell-failed", line ? `${ename}: ${line}` : ename);
}
