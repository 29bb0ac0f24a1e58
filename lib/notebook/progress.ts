import { type Progress, progress } from "../progress";
import type { NotebookCell } from "./document";

/** What happens while a notebook runs; cells are counted from 1 among the code cells that have content. */
export type RunEvent =
  | { readonly kind: "kernel-start"; readonly cells: number }
  | { readonly kind: "cell-start"; readonly cell: number; readonly cells: number; readonly title: string }
  | {
      readonly kind: "cell-end";
      readonly cell: number;
      readonly cells: number;
      readonly title: string;
      readonly seconds: number;
    }
  /** The run is over, with success or without; always the last event. */
  | { readonly kind: "end"; readonly succeeded: boolean; readonly seconds: number };

const LONGEST_TITLE = 60;

/**
 * Makes a listener that shows the progress of a run: a bar on a terminal, one line per finished cell elsewhere, of the
 * form `[3/9] compute the similarity … 1.2 s`.
 *
 * @param stream where to print, usually `process.stderr`
 */
export function progressPrinter(stream: NodeJS.WriteStream): (event: RunEvent) => void {
  return stream.isTTY ? barPrinter(stream) : linePrinter(stream);
}

/**
 * Titles a code cell by the nearest Markdown heading above it.
 *
 * @param cells all cells of the notebook
 * @param index 0-based place of the code cell
 * @returns the heading without its markup, at most 60 characters; `cell N` (N 1-based among all cells) without one
 */
export function cellTitle(cells: readonly NotebookCell[], index: number): string {
  for (const cell of cells.slice(0, index).reverse()) {
    const heading = cell.cell_type === "markdown" ? lastHeading(cell.source) : undefined;
    if (heading) return heading.length > LONGEST_TITLE ? `${heading.slice(0, LONGEST_TITLE - 1)}…` : heading;
  }
  return `cell ${index + 1}`;
}

function lastHeading(markdown: string): string | undefined {
  const text = markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, "");
  const heading = [...text.matchAll(/^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$/gm)].at(-1)?.[1];
  return heading?.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[*`]/g, "");
}

function linePrinter(stream: NodeJS.WriteStream): (event: RunEvent) => void {
  return (event) => {
    if (event.kind !== "cell-end") return;
    stream.write(`[${event.cell}/${event.cells}] ${event.title} … ${event.seconds.toFixed(1)} s\n`);
  };
}

function barPrinter(stream: NodeJS.WriteStream): (event: RunEvent) => void {
  let bar: Progress | undefined;
  return (event) => {
    if (event.kind === "kernel-start") {
      bar = progress("Cells", Math.max(1, event.cells), { stream, showAfter: 0 });
      bar.update(0, "start the kernel");
    } else if (event.kind === "cell-start") bar?.update(event.cell - 1, event.title);
    else if (event.kind === "end") bar?.end();
  };
}
