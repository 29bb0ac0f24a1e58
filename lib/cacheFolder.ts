import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder for what can be made again: `SETR_CACHE`, else `setr` in the user's cache folder.
 *
 * @param name a folder within it, e.g. "weights"
 */
export function cacheFolder(name: string): string {
  const { SETR_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (SETR_CACHE) return join(SETR_CACHE, name);
  const base = process.platform === "win32" ? LOCALAPPDATA : XDG_CACHE_HOME;
  return join(base || join(homedir(), ".cache"), "setr", name);
}
