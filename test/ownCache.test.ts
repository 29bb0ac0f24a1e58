import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheFolder } from "../lib/cacheFolder";
import { programIn } from "./program";

test("tests, and the programs they start, never touch the user's own cache", async () => {
  const own = join(tmpdir(), "setr-test-cache-");
  expect(cacheFolder("runs").startsWith(own)).toBe(true);
  const { folder } = JSON.parse((await programIn(tmpdir())("cache", "--json")).stdout);
  expect(folder).toBe(cacheFolder());
});
