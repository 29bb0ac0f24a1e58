/** Where the notebook kernel leaves what gives the signal of its cells. */
const HOOK = Symbol.for("setr.cellSignal");

type Hooked = { [HOOK]?: () => AbortSignal };

/** The signal that interrupting a cell of a notebook aborts; undefined outside the project's own notebook kernel. */
export function cellSignal(): AbortSignal | undefined {
  return (globalThis as Hooked)[HOOK]?.();
}

/** Says where the signal of the running cell comes from; called once, by the notebook kernel. */
export function provideCellSignal(provide: () => AbortSignal): void {
  (globalThis as Hooked)[HOOK] = provide;
}

/**
 * The signal that work listens to: the caller's own and, in a notebook, the cell's; aborted as soon as one of them is.
 *
 * @param own the caller's signal, if any
 */
export function workSignal(own?: AbortSignal): AbortSignal | undefined {
  const cell = cellSignal();
  return own && cell ? AbortSignal.any([own, cell]) : (own ?? cell);
}
