import type { NdArray } from "../arrays";
import { cacheFolder } from "../cacheFolder";
import { DiskCache } from "./diskCache";
import { type CacheLimits, cacheLimits, worthKeeping } from "./limits";
import { type MemoryCache, processMemory } from "./memoryCache";
import { peakResidentBytes, type RunStats } from "./stats";

/** Where captured runs are kept: in memory and on disk, in memory only, or nowhere. */
export type CacheMode = "disk" | "memory" | false;

/** An opened cache of runs. */
export interface RunCache {
  readonly memory: MemoryCache | undefined;
  readonly disk: DiskCache | undefined;
  readonly limits: CacheLimits;
  /** Whether what is computed now still comes from the weights that the key names. */
  readonly isCurrent: () => Promise<boolean>;
}

/** Values that are computed together. */
export interface Part {
  readonly names: readonly string[];
  /** Tells apart everything that the values depend on. */
  key(): string;
  /** Computes at least the missing ones. */
  compute(missing: readonly string[]): Promise<ReadonlyMap<string, NdArray>>;
}

/** What became of a part. */
interface PartResult {
  readonly key: string;
  readonly values: ReadonlyMap<string, NdArray>;
  readonly computed: ReadonlyMap<string, NdArray>;
  readonly fromMemory: readonly string[];
  readonly fromDisk: readonly string[];
  readonly computeSeconds: number;
  readonly readSeconds: number;
}

/**
 * Opens the cache of runs.
 *
 * @param isCurrent see `RunCache`
 * @returns undefined where nothing is to be kept
 * @throws ConfigError `cache-bytes`
 */
export function openRunCache(mode: CacheMode, isCurrent: () => Promise<boolean>): RunCache | undefined {
  if (mode === false) return undefined;
  const limits = cacheLimits();
  const memory = limits.memoryBytes > 0 ? processMemory : undefined;
  const onDisk = mode === "disk" && limits.diskBytes > 0;
  const disk = onDisk ? new DiskCache(cacheFolder("runs"), limits.diskBytes) : undefined;
  return memory || disk ? { memory, disk, limits, isCurrent } : undefined;
}

/**
 * Values from memory, else from disk, else computed; what was computed is kept once everything is there.
 *
 * @param cache undefined computes all and keeps nothing
 * @throws what `compute` throws; nothing is kept then
 */
export async function recallOrCompute(
  cache: RunCache | undefined,
  parts: readonly Part[],
): Promise<{ readonly values: Map<string, NdArray>; readonly stats: RunStats }> {
  const results: PartResult[] = [];
  for (const part of parts) results.push(await recallPart(cache, part));
  const start = performance.now();
  if (cache) await keepComputed(cache, results);
  const values = new Map(results.flatMap((result) => [...result.values]));
  return { values, stats: statsOf(results, cache ? secondsSince(start) : 0) };
}

function statsOf(results: readonly PartResult[], writeSeconds: number): RunStats {
  const sum = (of: (result: PartResult) => number) => results.reduce((total, result) => total + of(result), 0);
  return {
    computed: results.flatMap(({ computed }) => [...computed.keys()]),
    fromMemory: results.flatMap(({ fromMemory }) => fromMemory),
    fromDisk: results.flatMap(({ fromDisk }) => fromDisk),
    computeSeconds: sum(({ computeSeconds }) => computeSeconds),
    readSeconds: sum(({ readSeconds }) => readSeconds),
    writeSeconds,
    bytes: sum(({ values }) => [...values.values()].reduce((total, { data }) => total + data.byteLength, 0)),
    peakResidentBytes: peakResidentBytes(),
  };
}

async function recallPart(cache: RunCache | undefined, part: Part): Promise<PartResult> {
  const start = performance.now();
  const key = cache ? part.key() : "";
  const { inMemory, onDisk } = await lookUp(cache, key, part.names);
  const readSeconds = cache ? secondsSince(start) : 0;
  const missing = part.names.filter((name) => !inMemory.has(name) && !onDisk.has(name));
  const computeStart = performance.now();
  const all = missing.length > 0 ? await part.compute(missing) : new Map<string, NdArray>();
  const computeSeconds = missing.length > 0 ? secondsSince(computeStart) : 0;
  const computed = new Map(missing.map((name) => [name, all.get(name) as NdArray]));
  const found = new Map([...inMemory, ...onDisk, ...computed]);
  const values = new Map(part.names.map((name) => [name, found.get(name) as NdArray]));
  const names = { fromMemory: [...inMemory.keys()], fromDisk: [...onDisk.keys()] };
  return { key, values, computed, ...names, computeSeconds, readSeconds };
}

/** What is kept; what lay on disk only is in memory afterwards too. */
async function lookUp(cache: RunCache | undefined, key: string, names: readonly string[]) {
  const inMemory = new Map<string, NdArray>();
  const onDisk = new Map<string, NdArray>();
  if (!cache) return { inMemory, onDisk };
  for (const name of names) {
    const held = cache.memory?.read(`${key}.${name}`);
    if (held) inMemory.set(name, held);
    const stored = held ? undefined : await cache.disk?.read(key, name);
    if (stored) onDisk.set(name, stored);
  }
  keepInMemory(cache, key, onDisk);
  return { inMemory, onDisk };
}

function keepInMemory({ memory, limits }: RunCache, key: string, values: ReadonlyMap<string, NdArray>): void {
  for (const [name, value] of worthKeeping(values, limits.memoryBytes)) {
    memory?.keep(`${key}.${name}`, value, limits.memoryBytes);
  }
}

async function keepComputed(cache: RunCache, results: readonly PartResult[]): Promise<void> {
  if (results.every(({ computed }) => computed.size === 0) || !(await cache.isCurrent())) return;
  for (const { key, computed } of results) {
    keepInMemory(cache, key, computed);
    const lasting = worthKeeping(computed, cache.limits.diskBytes);
    if (lasting.size > 0) await cache.disk?.keep(key, lasting);
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
