import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Lets `write` fill a file beside `path` and renames it into place, so that `path` is either complete or untouched.
 *
 * @param path file to create or replace; missing folders are made
 * @param write receives the temporary path; when it throws, the temporary file is removed and the error passed on
 */
export async function writeBeside(path: string, write: (temporaryPath: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporaryPath = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await write(temporaryPath);
    await rename(temporaryPath, path);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
}

/**
 * Writes a whole file at once: beside `path`, then renamed.
 *
 * @param path file to create or replace; missing folders are made
 * @param content bytes, or text written as UTF-8
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await writeBeside(path, (temporaryPath) => writeFile(temporaryPath, content));
}
