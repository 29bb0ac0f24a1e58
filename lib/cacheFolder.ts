import { homedir } from "node:os";
import { join } from "node:path";

/** What the cache holds, each in a folder of that name: captured values, converted checkpoints, checkpoints' hashes. */
export const CACHE_KINDS = ["runs", "weights", "hashes"] as const;

/** One of `CACHE_KINDS`. */
export type CacheKind = (typeof CACHE_KINDS)[number];

/**
 * The folder for what can be made again: `SETR_CACHE`, else `setr` in the user's cache folder.
 *
 * @param kind a folder within it; the whole cache without it
 */
export function cacheFolder(kind: CacheKind | "" = ""): string {
  const { SETR_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (SETR_CACHE) return join(SETR_CACHE, kind);
  const base = process.platform === "win32" ? LOCALAPPDATA : XDG_CACHE_HOME;
  return join(base || join(homedir(), ".cache"), "setr", kind);
}
