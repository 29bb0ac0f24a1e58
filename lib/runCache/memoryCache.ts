import type { NdArray } from "../arrays";

/**
 * Values in memory, the least recently used given up first.
 *
 * Values are copied on the way in and out, so that nobody who writes into an array changes what others get.
 */
export class MemoryCache {
  private readonly values = new Map<string, NdArray>(); // least recently used first
  private bytes = 0;

  /** A copy of what is kept under a key. */
  read(key: string): NdArray | undefined {
    const value = this.values.get(key);
    if (!value) return undefined;
    this.values.delete(key);
    this.values.set(key, value); // now the most recent one
    return copy(value);
  }

  /**
   * Keeps a copy.
   *
   * @param bound bytes that all values together may take up; a larger value is not kept
   */
  keep(key: string, value: NdArray, bound: number): void {
    this.drop(key);
    if (value.data.byteLength > bound) return;
    this.values.set(key, copy(value));
    this.bytes += value.data.byteLength;
    for (const oldest of this.values.keys()) {
      if (this.bytes <= bound) break;
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    this.bytes -= this.values.get(key)?.data.byteLength ?? 0;
    this.values.delete(key);
  }
}

/** What this process keeps, whichever model it comes from. */
export const processMemory = new MemoryCache();

function copy({ shape, data }: NdArray): NdArray {
  return { shape: [...shape], data: data.slice() };
}
