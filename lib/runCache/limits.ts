import type { NdArray } from "../arrays";
import { ConfigError } from "../errors";

/** How much captured runs may take up. */
export interface CacheLimits {
  /** Bytes on disk; 0 keeps nothing there. */
  readonly diskBytes: number;
  /** Bytes in the memory of this process; 0 keeps nothing there. */
  readonly memoryBytes: number;
}

/** Most files that captured runs may take up on disk, so that looking through them stays quick. */
export const MAX_FILES = 20_000;

/** What one run computes is kept up to this part of a bound; beyond, it would push out everything else. */
export const LARGEST_SHARE = 1 / 4;

const GIBIBYTE = 2 ** 30;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The bounds of the cache of runs: `SETR_CACHE_BYTES` on disk (4 GiB) and `SETR_CACHE_MEMORY_BYTES` in memory (1 GiB).
 *
 * @throws ConfigError `cache-bytes` for anything but a whole number
 */
export function cacheLimits(env: Environment = process.env): CacheLimits {
  return {
    diskBytes: bytesFrom(env, "SETR_CACHE_BYTES", 4 * GIBIBYTE),
    memoryBytes: bytesFrom(env, "SETR_CACHE_MEMORY_BYTES", GIBIBYTE),
  };
}

function bytesFrom(env: Environment, name: string, byDefault: number): number {
  const text = env[name];
  if (text === undefined || text === "") return byDefault;
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new ConfigError("cache-bytes", `${name}: expected a whole number of bytes, found "${text}"`);
}

/**
 * What of some values is worth keeping: small ones first, those of one size all or none, together at most a quarter of the
 * bound.
 *
 * So the heads' mean attention is kept where the attention of every head is too large, and never a part of the layers.
 *
 * @param values what was computed together
 * @param bound in bytes
 */
export function worthKeeping(values: ReadonlyMap<string, NdArray>, bound: number): Map<string, NdArray> {
  const kept = new Map<string, NdArray>();
  let left = bound * LARGEST_SHARE;
  const sizes = new Set([...values.values()].map(({ data }) => data.byteLength));
  for (const size of [...sizes].sort((a, b) => a - b)) {
    const alike = [...values].filter(([, { data }]) => data.byteLength === size);
    left -= alike.length * size;
    if (left < 0) break;
    for (const [name, value] of alike) kept.set(name, value);
  }
  return kept;
}
