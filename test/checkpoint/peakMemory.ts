import { readFileSync, writeFileSync } from "node:fs";

/**
 * The most memory that was added while `run` ran, in megabytes.
 *
 * Linux lets a process reset its peak; elsewhere only growth beyond the highest peak so far is seen.
 */
export async function addedMegabytes(run: () => Promise<unknown>): Promise<number> {
  resetPeak();
  const before = peak();
  await run();
  return peak() - before;
}

function resetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // not Linux
  }
}

function peak(): number {
  try {
    const line = /VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
    return Number(line?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
