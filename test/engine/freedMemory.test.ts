import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { glibc } from "../glibc";

const MODULE = join(__dirname, "..", "..", "lib", "dist", "engine", "freedMemory.js");
const KEPT = "kept for the next pass";

/** Allocates, fills and frees 97 MiB by the C library, twice; gives the page faults of the second time. */
const PROGRAM = `
const { keepFreedMemory, returnFreedMemory } = require(${JSON.stringify(MODULE)});
(async () => {
  const setting = await keepFreedMemory();
  const glibc = require(require.resolve("koffi", { paths: [${JSON.stringify(MODULE)}] })).load("libc.so.6");
  const signatures = ["void *malloc(size_t)", "void *memset(void *, int, size_t)", "void free(void *)"];
  const [malloc, memset, free] = signatures.map((signature) => glibc.func(signature));
  const size = 97 * 2 ** 20;
  const faults = () => {
    const before = process.resourceUsage().minorPageFault;
    const block = malloc(size);
    memset(block, 1, size);
    free(block);
    return process.resourceUsage().minorPageFault - before;
  };
  faults();
  const again = faults();
  returnFreedMemory();
  console.log(JSON.stringify({ setting, again, returned: faults() }));
})();`;
const PAGES = (97 * 2 ** 20) / 4096;

async function run(env: NodeJS.ProcessEnv = {}) {
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", PROGRAM], { env: { ...process.env, ...env } });
  return JSON.parse(stdout) as { setting: { kept: boolean; found: string }; again: number; returned: number };
}

if (!glibc) console.log("skipped: freed memory (the C library is not glibc)");

test.skipIf(!glibc)("memory that is freed is used again without a page fault, until it is given back", async () => {
  const { setting, again, returned } = await run();
  expect(setting).toEqual({ kept: true, found: KEPT });
  expect(again).toBeLessThan(PAGES / 10);
  expect(returned).toBeGreaterThan(PAGES / 2);
});

test.skipIf(!glibc)("what the user has set in the environment stays", async () => {
  const { setting, again } = await run({ MALLOC_TRIM_THRESHOLD_: "131072" });
  expect(setting).toEqual({ kept: false, found: "left to MALLOC_TRIM_THRESHOLD_" });
  expect(again).toBeGreaterThan(PAGES / 2);
});
