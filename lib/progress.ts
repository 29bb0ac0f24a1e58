import { NotebookError } from "./errors";
import { progressOutput } from "./notebook/progressOutput";
import { runningCell } from "./notebook/show";
import type { ProgressState, ProgressUnit, ProgressView } from "./progressText";
import { terminalBar } from "./terminalBar";

/** Is told how far a piece of work is: `done` of `total`, in the work's own unit. */
export type OnProgress = (done: number, total: number) => void;

/** A bar that grows. */
export interface Progress {
  /**
   * Tells how far the work is; the last unit ends it.
   *
   * @param done 0 to the total
   * @param note what else to say, e.g. the loss; as before by default
   */
  update(done: number, note?: string): void;
  /** Takes the bar away; for work that may stop before its last unit. */
  end(): void;
}

/** Options of {@link progress}. */
export interface ProgressOptions {
  /** `"bytes"` are told in MB; default `"steps"`. */
  readonly unit?: ProgressUnit;
  /** What was done before; default 0. */
  readonly from?: number;
  /** Seconds that the work takes before it is shown; default 1, so that short work leaves nothing on the screen. */
  readonly showAfter?: number;
  /** Where a bar is drawn outside of notebooks, if it is a terminal; default `process.stderr`. */
  readonly stream?: NodeJS.WriteStream;
}

const SHOW_AFTER_SECONDS = 1;
const LEAST_MILLISECONDS_BETWEEN = 200;

/** The progress that may be shown, and its cell; what is opened within it stays silent. */
let outermost: { readonly progress: object; readonly cell: unknown } | undefined;

/**
 * Shows how far a piece of work is: below the running cell of a notebook, or as a bar on a terminal; nowhere else.
 *
 * It tells percent, rate and time left, up to five times a second, and is gone when the work is done. Of two at the same
 * time the one that began first is shown.
 *
 * @param title what is done, e.g. "Windows"
 * @param total units of the work, more than 0
 * @param options see {@link ProgressOptions}
 * @throws NotebookError `progress` for a total that is no number above 0
 */
export function progress(title: string, total: number, options: ProgressOptions = {}): Progress {
  if (!(total > 0)) throw new NotebookError("progress", `total: expected a number above 0, found ${total}`);
  const shown = openProgress(title, options);
  shown.update(options.from ?? 0, total);
  return { update: (done, note) => shown.update(done, total, note), end: shown.end };
}

/**
 * Does work that tells how far it is: to `onProgress` where there is one, else shown by itself.
 *
 * @param title what is done
 * @param onProgress who wants to be told
 * @param work is handed the function to tell
 */
export async function withProgress<T>(
  title: string,
  onProgress: OnProgress | undefined,
  work: (tell: OnProgress) => Promise<T>,
  options: ProgressOptions = {},
): Promise<T> {
  if (onProgress) return work(onProgress);
  const shown = openProgress(title, options);
  try {
    return await work(shown.update);
  } finally {
    shown.end();
  }
}

interface OpenProgress {
  update(done: number, total: number, note?: string): void;
  end(): void;
}

const SILENT: OpenProgress = { update() {}, end() {} };

function openProgress(title: string, options: ProgressOptions): OpenProgress {
  const cell = runningCell();
  const view = viewFor(cell, options.stream ?? process.stderr);
  if (!view || (outermost && outermost.cell === cell)) return SILENT;
  const paced = inPace(view, options.showAfter ?? SHOW_AFTER_SECONDS);
  const { unit = "steps", from = 0 } = options;
  const start = performance.now();
  let note: string | undefined;
  const opened: OpenProgress = {
    update(done, total, newNote) {
      if (outermost?.progress !== opened) return;
      if (done >= total) return opened.end();
      note = newNote ?? note;
      const seconds = (performance.now() - start) / 1000;
      const rate = seconds > 0 ? (done - from) / seconds : 0;
      paced.show({ title, unit, done, total, rate, note });
    },
    end() {
      if (outermost?.progress === opened) outermost = undefined;
      paced.clear();
    },
  };
  outermost = { progress: opened, cell };
  return opened;
}

/** A view that waits before it shows anything, and then shows the newest state at most every so often. */
function inPace(view: ProgressView, showAfter: number): ProgressView {
  let due = performance.now() + 1000 * showAfter;
  let timer: NodeJS.Timeout | undefined;
  let newest: ProgressState | undefined;
  const showNewest = () => {
    timer = undefined;
    due = performance.now() + LEAST_MILLISECONDS_BETWEEN;
    if (newest) view.show(newest);
  };
  return {
    show(state) {
      newest = state;
      if (timer) return;
      const wait = due - performance.now();
      if (wait <= 0) showNewest();
      else timer = setTimeout(showNewest, wait).unref();
    },
    clear() {
      clearTimeout(timer);
      view.clear();
    },
  };
}

function viewFor(cell: unknown, stream: NodeJS.WriteStream): ProgressView | undefined {
  if (cell) return progressOutput();
  return stream.isTTY ? terminalBar(stream) : undefined;
}
