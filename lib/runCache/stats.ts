import { readFileSync } from "node:fs";

/** Where the values of a run came from, and what that took. */
export interface RunStats {
  /** Names of the values that the engine computed. */
  readonly computed: readonly string[];
  /** Names of those that this process still had. */
  readonly fromMemory: readonly string[];
  /** Names of those that were read from the cache folder. */
  readonly fromDisk: readonly string[];
  /** Seconds of the engine, opening of the session included; 0 when nothing was computed. */
  readonly computeSeconds: number;
  /** Seconds of looking for kept values and reading them. */
  readonly readSeconds: number;
  /** Seconds of keeping what was computed. */
  readonly writeSeconds: number;
  /** Size of all values together. */
  readonly bytes: number;
  /** Most memory that the process has held so far, in bytes, this run included. */
  readonly peakResidentBytes: number;
}

/** Most memory that this process has held so far, in bytes. */
export function peakResidentBytes(): number {
  try {
    // Unlike maxRSS, this does not begin with the peak of the process that started this one.
    return 1024 * Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))![1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS; // no Linux
  }
}
