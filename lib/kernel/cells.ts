import { setMaxListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import { format } from "node:util";
import type { CellCompiler } from "./cellCompiler";
import type { CellError } from "./threads";
import { describeMistakes, describeThrown, Interrupted } from "./traceback";
import type { Console, Executor } from "./tslab";

/** A cell that runs. */
interface RunningCell {
  readonly id: number;
  /** What tslab's executor reported: thrown values, or lines about a file that the cell defines. */
  readonly reported: unknown[][];
  interrupted: boolean;
}

/** Receives the end of each cell. */
type Finished = (id: number, error?: CellError) => void;

// A cell that listens to its signal can say more, and tidy up, before it is left.
const LEAVE_MILLISECONDS = 1000;

/** Runs cells, one at a time, and ends them when they fail or are interrupted. */
export class Cells {
  readonly #compiler: CellCompiler;
  readonly #finished: Finished;
  readonly #hidden: readonly string[];
  readonly executor: Executor;
  #running: RunningCell | undefined;
  #controller = newController();

  /**
   * @param compiler tslab's compiler
   * @param finished called once for each cell
   * @param hidden starts of the paths whose calls a traceback leaves out
   */
  constructor(compiler: CellCompiler, finished: Finished, hidden: readonly string[]) {
    this.#compiler = compiler;
    this.#finished = finished;
    this.#hidden = hidden;
    const { converter, tslab } = compiler;
    const output: Console = {
      log: (...values) => console.log(...values),
      error: (...values) => this.#running?.reported.push(values),
    };
    const converters = { node: converter, browser: converter, close: () => converter.close() };
    this.executor = tslab.createExecutor(process.cwd(), converters, output);
  }

  /** The signal that interrupting the running cell aborts. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Runs a cell.
   *
   * @param id given back when it ends
   * @param code TypeScript
   * @param label what tracebacks call it
   */
  async run(id: number, code: string, label: string): Promise<void> {
    const cell: RunningCell = { id, reported: [], interrupted: false };
    this.#running = cell;
    // Not before: what an interrupted cell still does meets the aborted signal as long as nothing else runs.
    if (this.signal.aborted) this.#controller = newController();
    this.#compiler.name(label);
    try {
      const succeeded = await this.executor.execute(code);
      await setImmediate(); // Node reports promises that were rejected and left alone before this.
      if (succeeded) this.#succeed(cell);
      else this.#fail(cell, ...(cell.reported.at(-1) ?? []));
    } catch (error) {
      this.#fail(cell, error);
    }
  }

  /**
   * Aborts the signal, and leaves the running cell if it does not end by itself, or is interrupted again.
   *
   * @param id the cell that is meant, where another one may run by now
   */
  interrupt(id?: number): void {
    const cell = this.#running;
    if (!cell || (id !== undefined && cell.id !== id)) return;
    if (cell.interrupted) {
      this.#leave(cell, new Interrupted());
      return;
    }
    cell.interrupted = true;
    this.#controller.abort(new Interrupted());
    setTimeout(() => this.#leave(cell, new Interrupted()), LEAVE_MILLISECONDS);
  }

  /**
   * Ends the running cell because something failed that nobody waited for.
   *
   * @returns the error when no cell is running
   */
  stray(thrown: unknown): CellError | undefined {
    if (thrown instanceof Interrupted) return undefined;
    if (!this.#running) return this.#describe(thrown);
    this.#leave(this.#running, thrown);
    return undefined;
  }

  #succeed(cell: RunningCell): void {
    for (const line of cell.reported) process.stderr.write(`${format(...line)}\n`);
    this.#finish(cell, cell.interrupted ? this.#describe(new Interrupted()) : undefined);
  }

  #fail(cell: RunningCell, thrown?: unknown): void {
    const compiled = this.#compiler.last();
    const mistakes = compiled?.diagnostics ?? [];
    if (compiled && mistakes.length > 0) this.#finish(cell, describeMistakes(compiled, mistakes));
    else if (isSigint(thrown)) this.#finish(cell, this.#describe(new Interrupted()));
    else this.#finish(cell, this.#describe(cell.interrupted ? asInterrupted(thrown) : thrown));
  }

  #describe(thrown: unknown): CellError {
    return describeThrown(thrown, this.#compiler.cells, this.#hidden);
  }

  /** Goes on without a cell that is not over; what it still does, it does unheard. */
  #leave(cell: RunningCell, reason: unknown): void {
    if (this.#running !== cell) return;
    this.#finish(cell, this.#describe(reason));
    this.executor.interrupt();
  }

  #finish(cell: RunningCell, error?: CellError): void {
    if (this.#running !== cell) return;
    this.#running = undefined;
    this.#finished(cell.id, error);
  }
}

function asInterrupted(thrown: unknown): Interrupted {
  return thrown instanceof Interrupted ? thrown : new Interrupted(thrown);
}

/** SIGINT stops a cell's script in Node's own way, with an error of Node's. */
function isSigint(thrown: unknown): boolean {
  return (thrown as { code?: string } | undefined)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}

function newController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // any number of things may run at once
  return controller;
}
