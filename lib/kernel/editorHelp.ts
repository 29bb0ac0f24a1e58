import type { Executor, Tslab } from "./tslab";

type Content = Readonly<Record<string, unknown>>;

/**
 * Completions at the cursor, as the body of Jupyter's `complete_reply`.
 *
 * @param cursor place in characters (code points)
 */
export function complete(executor: Executor, code: string, cursor: number): Content {
  const { start, end, candidates } = executor.complete(code, offsetOf(code, cursor));
  const places = { cursor_start: cursorOf(code, start), cursor_end: cursorOf(code, end) };
  return { status: "ok", matches: candidates, ...places, metadata: {} };
}

/**
 * Type and documentation of what stands at the cursor, or of the function between whose parentheses the cursor stands,
 * as the body of Jupyter's `inspect_reply`.
 *
 * @param cursor place in characters (code points)
 */
export function inspect(tslab: Tslab, executor: Executor, code: string, cursor: number): Content {
  const offset = offsetOf(code, cursor);
  for (const place of [offset, offset - 1, calleeBefore(code, offset)]) {
    const info = place === undefined || place < 0 ? undefined : executor.inspect(code, place);
    if (!info) continue;
    return { status: "ok", found: true, data: { "text/plain": tslab.printQuickInfo(info) }, metadata: {} };
  }
  return { status: "ok", found: false, data: {}, metadata: {} };
}

/** Whether Enter should run the code, as the body of Jupyter's `is_complete_reply`. */
export function isComplete(tslab: Tslab, code: string): Content {
  const { completed, indent = "" } = tslab.isCompleteCode(code);
  return completed ? { status: "complete" } : { status: "incomplete", indent };
}

/** Place of the last character of the name before the parenthesis that is open at a place. */
function calleeBefore(code: string, offset: number): number | undefined {
  let depth = 0;
  for (let place = offset - 1; place >= 0; place--) {
    const character = code[place];
    if (character === ")") depth++;
    if (character === "(" && depth-- === 0) return code.slice(0, place).trimEnd().length - 1;
  }
  return undefined;
}

/** Jupyter counts code points, TypeScript UTF-16 units. */
function offsetOf(code: string, cursor: number): number {
  return [...code].slice(0, cursor).join("").length;
}

function cursorOf(code: string, offset: number): number {
  return [...code.slice(0, offset)].length;
}
