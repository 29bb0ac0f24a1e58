import util from "node:util";

/** Functions of `node:util` that tfjs-node 4.22 calls and Node 23 no longer has. */
const MISSING: Readonly<Record<string, (value: unknown) => boolean>> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
  isFunction: (value) => typeof value === "function",
  isNumber: (value) => typeof value === "number",
  isString: (value) => typeof value === "string",
};

/**
 * Puts back what tfjs-node 4.22 needs, where Node has removed it; what is there stays as it is.
 *
 * @param target the module to complete
 */
export function restoreNodeUtil(target: Record<string, unknown> = util as unknown as Record<string, unknown>): void {
  for (const [name, check] of Object.entries(MISSING)) target[name] ??= check;
}
