import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { NotebookError } from "../errors";

/** One output of a cell: the same thing in several MIME types, of which the viewer takes the best it can show. */
export interface Display {
  /** Content by MIME type; bytes as base64. */
  readonly data: Readonly<Record<string, string>>;
  /** Hints for the viewer, by MIME type. */
  readonly metadata?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

type WriteDisplay = (content: Record<string, unknown>, update?: boolean) => void;

/**
 * What stands for the execution of a cell: another value for each, `undefined` outside of a notebook and in a tslab without
 * the display hook of 1.0.
 */
export function runningCell(): unknown {
  const require_ = kernelRequire();
  return require_ && hookOf(require_("tslab"));
}

/**
 * Shows one output that has several MIME types, which tslab's own `display` cannot.
 *
 * @param place replaces what was shown there before; a new output by default
 * @throws NotebookError `not-in-notebook` outside a tslab kernel, `tslab-version` when the running tslab has no display
 *   hook where 1.0 has it
 */
export function showDisplay(display: Display, place?: Place): void {
  const write = displayHook();
  const transient = place ? { display_id: place.id } : {};
  write({ data: display.data, metadata: display.metadata ?? {}, transient }, place?.used ?? false);
  if (place) place.used = true;
}

/** A place below a cell, whose content can be replaced. */
export interface Place {
  readonly id: string;
  /** Whether something was shown there. */
  used: boolean;
}

/** A place that nothing else uses. */
export function newPlace(): Place {
  return { id: randomUUID(), used: false };
}

/**
 * Finds the hook through which the running kernel sends displays.
 *
 * A tslab installed elsewhere on the machine would be another instance whose hook is never set; the one that runs is
 * what the cells' own `require("tslab")` gives, and its module record leads to its folder.
 */
function displayHook(): WriteDisplay {
  const require_ = kernelRequire();
  if (!require_) {
    const advice = "save the figure to a file instead, or run this in a notebook";
    throw new NotebookError("not-in-notebook", `show: expected a cell of a tslab notebook, found none; ${advice}`);
  }
  const tslab = require_("tslab") as { versions?: { tslab?: string } };
  const hook = hookOf(tslab);
  if (hook) return hook;
  const found = tslab.versions?.tslab ?? "another version";
  throw new NotebookError("tslab-version", `show: expected the display hook of tslab 1.0, found tslab ${found}`);
}

/** The hook of a running tslab, which tslab renews for each execution of a cell. */
function hookOf(tslab: unknown): WriteDisplay | undefined {
  const record = Object.values(require.cache).find((module) => module?.exports === tslab);
  const jupyter = record && require.cache[join(dirname(record.filename), "jupyter.js")];
  const hook: unknown = jupyter?.exports.lastWriteDisplayData;
  return typeof hook === "function" ? (hook as WriteDisplay) : undefined;
}

function kernelRequire(): NodeJS.Require | undefined {
  return (globalThis as { __tslab__?: { require?: NodeJS.Require } }).__tslab__?.require;
}
