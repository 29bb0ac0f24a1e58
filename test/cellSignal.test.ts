import { afterEach, describe, expect, test } from "vitest";
import { cellSignal, provideCellSignal, workSignal } from "../lib/cellSignal";

const HOOK = Symbol.for("setr.cellSignal");
afterEach(() => {
  delete (globalThis as Record<symbol, unknown>)[HOOK];
});

describe("the signal that work listens to", () => {
  test("is the caller's own, or none, outside a notebook", () => {
    const own = new AbortController().signal;
    expect(cellSignal()).toBeUndefined();
    expect(workSignal()).toBeUndefined();
    expect(workSignal(own)).toBe(own);
  });

  test("is aborted by the cell and by the caller in a notebook, with the reason of the first", () => {
    for (const which of ["cell", "own"] as const) {
      const controllers = { cell: new AbortController(), own: new AbortController() };
      provideCellSignal(() => controllers.cell.signal);
      expect(workSignal()).toBe(controllers.cell.signal);
      const both = workSignal(controllers.own.signal)!;
      expect(both.aborted).toBe(false);
      controllers[which].abort(which);
      expect(both).toMatchObject({ aborted: true, reason: which });
    }
  });
});
