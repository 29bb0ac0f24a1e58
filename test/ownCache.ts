import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives all tests, and the programs they start, a cache folder of their own, which is removed afterwards. */
export default function ownCache(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "setr-test-cache-"));
  process.env.SETR_CACHE = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
