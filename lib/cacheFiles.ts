import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { SetrError } from "./errors";

/** A file of a cache folder. */
export interface CacheFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was last written or used, in milliseconds since 1970. */
  readonly lastUse: number;
  /** Whether somebody is writing it, or was when they were killed. */
  readonly temporary: boolean;
}

/** How much a cache folder may hold. */
export interface FolderBound {
  readonly bytes: number;
  readonly files: number;
}

/** What a cache folder holds. */
export type FolderSize = FolderBound;

/** A file that is written beside its place was given up when nothing has been added to it for so long. */
const GIVEN_UP_AFTER_MS = 600_000;

/** A folder over its bound is brought down to this part of it, so that not every new file makes it be looked through. */
const LOW_WATER = 15 / 16;

/** The files of a cache folder, the least recently used first; none when there is no such folder. */
export async function cacheFiles(folder: string): Promise<CacheFile[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map((name) => cacheFile(join(folder, name), name)));
  return found.filter((file) => file !== undefined).sort((a, b) => a.lastUse - b.lastUse);
}

async function cacheFile(path: string, name: string): Promise<CacheFile | undefined> {
  const found = await stat(path).catch(() => undefined); // another process may have removed it
  if (!found?.isFile()) return undefined;
  return { path, bytes: found.size, lastUse: found.mtimeMs, temporary: name.startsWith(".") && name.endsWith(".tmp") };
}

/**
 * Brings a cache folder under a bound: files that were given up go, then the least recently used.
 *
 * @returns what is left
 * @throws SetrError `not-removed` when the system refuses
 */
export async function prune(folder: string, bound: FolderBound): Promise<FolderSize> {
  const files = await removeFiles(await cacheFiles(folder), isGivenUp);
  const size = sizeOfFiles(files);
  if (size.bytes <= bound.bytes && size.files <= bound.files) return size;
  let { bytes, files: count } = size;
  const left = await removeFiles(files, (file) => {
    const fits = bytes <= bound.bytes * LOW_WATER && count <= bound.files * LOW_WATER;
    if (fits || file.temporary) return false;
    bytes -= file.bytes;
    count--;
    return true;
  });
  return sizeOfFiles(left);
}

/**
 * Empties a cache folder, but for what somebody is writing.
 *
 * @throws SetrError `not-removed` when the system refuses
 */
export async function clear(folder: string): Promise<void> {
  await removeFiles(await cacheFiles(folder), (file) => !file.temporary || isGivenUp(file));
}

/** What files are together. */
export function sizeOfFiles(files: readonly CacheFile[]): FolderSize {
  return { bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), files: files.length };
}

/** Notes that a file was used now, where that can be noted. */
export async function touch(path: string): Promise<void> {
  const now = Date.now() / 1000;
  await utimes(path, now, now).catch(() => {}); // a folder that cannot be written to can still be read
}

function isGivenUp({ temporary, lastUse }: CacheFile): boolean {
  return temporary && Date.now() - lastUse > GIVEN_UP_AFTER_MS;
}

/** Removes some files, one after the other; returns the others. */
async function removeFiles(files: readonly CacheFile[], unwanted: (file: CacheFile) => boolean): Promise<CacheFile[]> {
  const left: CacheFile[] = [];
  for (const file of files) {
    if (!unwanted(file)) left.push(file);
    else {
      await rm(file.path, { force: true }).catch((error: Error) => {
        throw new SetrError("file", "not-removed", `${file.path}: cannot be removed (${error.message})`);
      });
    }
  }
  return left;
}
