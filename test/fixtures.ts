import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { NdArray } from "../lib/arrays";

/** A file of test/fixtures, or one of those that are kept compressed there. */
export function fixture(name: string): string {
  const path = join(__dirname, "fixtures", name);
  return existsSync(path) ? path : join(__dirname, "fixtures", "expanded", name);
}

/** A folder that is removed after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "setr-test-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Largest absolute difference of two arrays; infinite when their shapes differ or a value is no number. */
export function distance(a: NdArray, b: NdArray): number {
  if (a.shape.join() !== b.shape.join()) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.data.length; i++) {
    const difference = Math.abs((a.data[i] as number) - (b.data[i] as number));
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
