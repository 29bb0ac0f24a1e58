/** Numbers of two settings in glibc's malloc.h. */
const TRIM_THRESHOLD = -1;
const MMAP_THRESHOLD = -3;
/** Pieces up to this size are kept: larger than any intermediate of a SETR at 480x480. */
const LARGEST_PIECE = 2 ** 27;
/** Nothing is given back before a model is closed: the largest number there is. */
const NEVER = 2 ** 31 - 1;
/** By these the user has settled it. */
const USERS_CHOICES = ["MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_", "GLIBC_TUNABLES"];

/** What became of freed memory's setting. */
export interface FreedMemory {
  /** Whether the process keeps it for what it allocates next. */
  readonly kept: boolean;
  /** How, or why not, in a few words. */
  readonly found: string;
}

/** What is used of the C library. */
interface Malloc {
  mallopt(setting: number, value: number): number;
  malloc_trim(pad: number): number;
}

let malloc: Malloc | undefined;

/**
 * Has the C library keep freed memory for what is allocated next, in pieces of up to 128 MiB.
 *
 * As it is, glibc gives each large piece back to the system at once, which hands it out again page by page: a sixth of the first
 * pass of a large model. Other systems are left as they are. Both thresholds are set, since either alone freezes the other.
 *
 * @returns what became of it; nothing is thrown, since it is only about speed
 */
export async function keepFreedMemory(): Promise<FreedMemory> {
  if (process.platform !== "linux") return { kept: false, found: `left to ${process.platform}` };
  const chosen = USERS_CHOICES.find((name) => process.env[name] !== undefined);
  if (chosen) return { kept: false, found: `left to ${chosen}` };
  try {
    malloc ??= await loadMalloc();
  } catch (error) {
    return { kept: false, found: `left to the system: ${(error as Error).message.split("\n", 1)[0]}` };
  }
  const settings = [
    [MMAP_THRESHOLD, LARGEST_PIECE],
    [TRIM_THRESHOLD, NEVER],
  ] as const;
  const set = settings.every(([setting, value]) => malloc!.mallopt(setting, value) === 1);
  return { kept: set, found: set ? "kept for the next pass" : "left to the system: mallopt refuses its values" };
}

/** Gives back to the system what `keepFreedMemory` has kept so far. */
export function returnFreedMemory(): void {
  malloc?.malloc_trim(0);
}

async function loadMalloc(): Promise<Malloc> {
  const { load } = await import("koffi");
  const glibc = load("libc.so.6"); // musl has another name
  return {
    mallopt: glibc.func("int mallopt(int, int)") as Malloc["mallopt"],
    malloc_trim: glibc.func("int malloc_trim(size_t)") as Malloc["malloc_trim"],
  };
}
