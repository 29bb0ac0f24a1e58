import { existsSync } from "node:fs";
import { mkdtemp, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { cacheFolder } from "../cacheFolder";
import type { Check } from "./surroundings";

/** Whether the cache folder can be written to, or made; nothing is left there. */
export const checkCache: Check = async () => {
  const subject = "cache folder";
  const folder = resolve(cacheFolder());
  const nearest = nearestExisting(folder);
  try {
    await rmdir(await mkdtemp(join(nearest, "setr-doctor-")));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = `${folder}: nothing can be written to ${nearest} (${code})`;
    return { status: "warning", subject, found, fix: "set SETR_CACHE to a folder that can be written to" };
  }
  return { status: "ok", subject, found: nearest === folder ? folder : `${folder}, which can be made` };
};

function nearestExisting(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestExisting(dirname(folder));
}
