import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Where the fixtures lie. */
export const FIXTURES = join(__dirname, "..", "fixtures");

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "setr-checkpoint-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Puts bytes into a new file of a folder, under a name that says nothing about the format. */
export async function put(folder: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${files++}.bin`);
  await writeFile(path, bytes);
  return path;
}

let files = 0;
