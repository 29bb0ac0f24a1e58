import { resolve } from "node:path";
import { cacheFiles, clear, prune, sizeOfFiles } from "../cacheFiles";
import { CACHE_KINDS, type CacheKind, cacheFolder } from "../cacheFolder";
import { cacheLimits, MAX_FILES } from "../runCache/limits";

/** Options of `setr cache`. */
export interface CacheOptions {
  /** A kind, or true for all. */
  readonly clear?: CacheKind | true;
  readonly prune?: boolean;
  readonly json?: boolean;
}

/** What lies in the cache of one kind. */
interface KindReport {
  readonly kind: CacheKind;
  readonly holds: string;
  readonly files: number;
  readonly bytes: number;
  /** Bytes that may lie there, null where there is no bound. */
  readonly bound: number | null;
  /** When something of it was last written or used, in UTC. */
  readonly lastUse: string | null;
}

const HOLDS: Readonly<Record<CacheKind, string>> = {
  runs: "captured values",
  weights: "converted checkpoints",
  hashes: "hashes of checkpoints",
};

/** Clears or prunes what is asked for, then says what lies in the cache folder. */
export async function cacheCommand(options: CacheOptions): Promise<void> {
  const { diskBytes } = cacheLimits();
  const cleared = options.clear === true ? CACHE_KINDS : options.clear ? [options.clear] : [];
  for (const kind of cleared) await clear(cacheFolder(kind));
  if (options.prune) await prune(cacheFolder("runs"), { bytes: diskBytes, files: MAX_FILES });
  const folder = resolve(cacheFolder());
  const kinds = await Promise.all(CACHE_KINDS.map((kind) => report(kind, kind === "runs" ? diskBytes : null)));
  if (options.json) console.log(JSON.stringify({ folder, kinds }, null, 2));
  else for (const line of [folder, ...kinds.map(kindLine)]) console.log(line);
}

async function report(kind: CacheKind, bound: number | null): Promise<KindReport> {
  const found = await cacheFiles(cacheFolder(kind));
  const last = found.at(-1);
  const lastUse = last ? new Date(last.lastUse).toISOString() : null;
  return { kind, holds: HOLDS[kind], ...sizeOfFiles(found), bound, lastUse };
}

function kindLine({ kind, holds, files, bytes, bound, lastUse }: KindReport): string {
  const size = bound === null ? bytesText(bytes) : `${bytesText(bytes)} of ${bytesText(bound)}`;
  const count = `${files} file${files === 1 ? "" : "s"}`;
  const used = lastUse ? `last used ${lastUse.slice(0, 16).replace("T", " ")} UTC` : "";
  return `${kind.padEnd(9)}${holds.padEnd(23)}${count.padEnd(13)}${size.padEnd(20)}${used}`.trimEnd();
}

function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const [unit, size] = bytes < 1e6 ? ["kB", 1e3] : bytes < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  return `${(bytes / (size as number)).toFixed(1)} ${unit}`;
}
