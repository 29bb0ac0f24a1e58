/** One kept thing, possibly still being made, and what is using it. */
interface Entry<S> {
  readonly made: Promise<S>;
  readonly uses: Set<Promise<unknown>>;
}

/** Keeps the last few things that are costly to prepare; one that is in use is given back only when its users are done. */
export class SessionCache<S> {
  private readonly entries = new Map<string, Entry<S>>();
  private readonly closing = new Set<Promise<void>>();
  private readonly limit: number;
  private readonly release: (made: S) => Promise<void>;

  /**
   * @param limit how many stay, at least 1
   * @param release gives one back
   */
  constructor(limit: number, release: (made: S) => Promise<void>) {
    this.limit = limit;
    this.release = release;
  }

  /**
   * Uses what is kept under a key, made first when it is missing; the least recently used beyond the limit are given back.
   *
   * @param key tells things apart
   * @param make prepares a missing one; what it throws is thrown, and nothing is kept
   * @param work what to do with it
   */
  async use<R>(key: string, make: () => Promise<S>, work: (made: S) => Promise<R>): Promise<R> {
    const entry = this.entries.get(key) ?? { made: make(), uses: new Set() };
    this.entries.delete(key);
    this.entries.set(key, entry); // now the most recent one
    for (const oldest of [...this.entries.keys()].slice(0, -this.limit)) this.drop(oldest);
    const result = entry.made.then(work);
    entry.uses.add(result);
    try {
      await entry.made.catch(() => this.entries.get(key) === entry && this.entries.delete(key));
      return await result;
    } finally {
      entry.uses.delete(result);
    }
  }

  /** Gives back everything, when its users are done. */
  async clear(): Promise<void> {
    for (const key of [...this.entries.keys()]) this.drop(key);
    await Promise.all(this.closing);
  }

  private drop(key: string): void {
    const { made, uses } = this.entries.get(key)!;
    this.entries.delete(key);
    const closed = Promise.allSettled(uses)
      .then(() => made)
      .then(this.release, () => {}) // what was never made needs no giving back
      .finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }
}
