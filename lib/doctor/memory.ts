import type { Check, Finding, Surroundings } from "./surroundings";

/** What T-Large at 480x480 needs with Z*, A*.mean, U* and logits captured, in bytes; the README has the measured peak. */
const T_LARGE = 2e9;

const ADVICE = "convert --dtype f16, capture fewer values (A*.mean, not A*), or a smaller --image-size";

/** Where Linux keeps the memory limit of a group of processes (a container), its use, and what of it is only cache. */
const GROUPS = [
  { limit: "memory.max", use: "memory.current", stat: "memory.stat", cache: /^inactive_file (\d+)$/m },
  {
    limit: "memory/memory.limit_in_bytes",
    use: "memory/memory.usage_in_bytes",
    stat: "memory/memory.stat",
    cache: /^total_inactive_file (\d+)$/m,
  },
] as const;

/** Whether a pass can use the memory that the last one has freed; only a matter of speed. */
export const checkFreedMemory: Check = async ({ probe }) => {
  const { state, found } = await probe("freedMemory");
  return { status: state === "works" ? "ok" : "off", subject: "memory: freed", found };
};

/** Whether the largest published model fits into memory, now and at all. */
export const checkMemory: Check = async (around) => {
  const subject = "memory";
  const { total, available, limited } = measure(around);
  const found = `${gigabytes(total)}${limited ? " (this process's limit)" : ""}, ${gigabytes(available)} of it free`;
  const finding = (status: Finding["status"], text: string): Finding => ({
    status,
    subject,
    found: `${found}; ${text}`,
  });
  const need = `T-Large at 480x480 needs ${gigabytes(T_LARGE)}`;
  if (available >= T_LARGE) return finding("ok", need);
  return { ...finding("warning", need), fix: total < T_LARGE ? ADVICE : `end other programs; or ${ADVICE}` };
};

interface Measured {
  readonly total: number;
  readonly available: number;
  /** Whether a limit below the machine's memory holds. */
  readonly limited: boolean;
}

function measure({ memory, readText }: Surroundings): Measured {
  const kilobytes = numberIn(readText("/proc/meminfo"), /^MemAvailable:\s+(\d+) kB$/m);
  const free = kilobytes === undefined ? memory.free : kilobytes * 1024;
  const groups = GROUPS.map(({ limit, use, stat, cache }) => ({
    limit: groupNumber(readText, limit) ?? Number.POSITIVE_INFINITY, // "max" is no number
    use: (groupNumber(readText, use) ?? 0) - (numberIn(readText(groupPath(stat)), cache) ?? 0),
  }));
  const constrained = memory.constrained ?? Number.POSITIVE_INFINITY;
  const total = Math.min(memory.total, constrained, ...groups.map(({ limit }) => limit));
  const available = Math.min(free, total, ...groups.map(({ limit, use }) => limit - use));
  return { total, available: Math.max(available, 0), limited: total < memory.total };
}

function groupNumber(readText: Surroundings["readText"], name: string): number | undefined {
  return numberIn(readText(groupPath(name)), /^(\d+)\s*$/);
}

function groupPath(name: string): string {
  return `/sys/fs/cgroup/${name}`;
}

function numberIn(text: string | undefined, pattern: RegExp): number | undefined {
  const digits = text && pattern.exec(text)?.[1];
  return digits ? Number(digits) : undefined;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
