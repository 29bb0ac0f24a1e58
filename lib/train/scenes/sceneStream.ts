import type { Scene } from "./scene";
import { openScenePool, type ScenePool } from "./scenePool";
import { checkSceneSize, SCENE_SIZE, type SceneSize } from "./size";

/** How scenes are drawn ahead of their use. */
export interface SceneStreamOptions {
  /** Default 240x240. */
  readonly size?: SceneSize;
  /** Worker threads, at least 1; default 1. */
  readonly workers?: number;
  /** Most scenes that are drawn or asked for but not yet taken; default 8 per worker. */
  readonly ahead?: number;
  /** Ends the stream with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Scenes of the given seeds, in that order, drawn by worker threads ahead of their use.
 *
 * Leaving the loop early, an error and an abort all end the workers.
 *
 * @param seeds may be endless; taken only as far as the look-ahead reaches
 * @param options size, threads, look-ahead, signal
 * @throws ImageError `size` for a size out of range; the signal's reason; TrainingError `scene-worker` when a worker fails or ends
 */
export async function* sceneStream(seeds: Iterable<number>, options: SceneStreamOptions = {}): AsyncGenerator<Scene> {
  const { workers = 1, signal } = options;
  const ahead = Math.max(1, options.ahead ?? 8 * workers);
  const size = checkSceneSize(options.size ?? SCENE_SIZE);
  signal?.throwIfAborted();
  const pool = openScenePool(workers, size);
  const onAbort = () => void pool.close(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    for await (const scene of inOrder(pool, seeds, ahead)) {
      signal?.throwIfAborted();
      yield scene;
      signal?.throwIfAborted();
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    await pool.close();
  }
}

/** Keeps `ahead` scenes asked for and hands them out in the order of their seeds. */
async function* inOrder(pool: ScenePool, seeds: Iterable<number>, ahead: number): AsyncGenerator<Scene> {
  const asked: Promise<Scene>[] = [];
  for (const seed of seeds) {
    const scene = pool.draw(seed);
    scene.catch(() => undefined); // told to whoever awaits it; until then it must not count as unhandled
    asked.push(scene);
    if (asked.length >= ahead) yield await asked.shift()!;
  }
  for (const scene of asked) yield await scene;
}
