import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SetrError } from "./errors";

/**
 * Lets `write` fill a file beside `path` and renames it into place, so that `path` is either complete or untouched.
 *
 * @param path file to create or replace; missing folders are made
 * @param write receives the temporary path; when it throws, the temporary file is removed and the error passed on
 * @throws SetrError `not-written` when the system refuses (no such folder, no right, disk full)
 */
export async function writeBeside(path: string, write: (temporaryPath: string) => Promise<void>): Promise<void> {
  const temporaryPath = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await write(temporaryPath);
    await rename(temporaryPath, path);
  } catch (error) {
    await rm(temporaryPath, { force: true }).catch(() => {}); // what went wrong first is what counts
    if (!isSystemError(error)) throw error;
    throw new SetrError("file", "not-written", `${path}: cannot be written (${error.message})`);
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

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
