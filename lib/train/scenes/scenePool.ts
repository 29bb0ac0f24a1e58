import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { TrainingError } from "../../errors";
import type { Scene } from "./scene";
import type { SceneReply, SceneRequest } from "./sceneWorker";
import type { SceneSize } from "./size";

/** Worker threads that draw scenes. */
export interface ScenePool {
  /** Asks for a scene; rejects when it cannot be drawn, when the worker dies and when the pool is closed before. */
  draw(seed: number): Promise<Scene>;
  /** Ends the workers; what is not drawn yet is rejected with the reason. Resolves when all threads have ended. */
  close(reason?: unknown): Promise<void>;
}

interface Waiting {
  readonly seed: number;
  resolve(scene: Scene): void;
  reject(error: unknown): void;
}

interface Crew {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  readonly ended: Promise<unknown>;
  /** Why it cannot draw any more. */
  failure: Error | undefined;
}

/**
 * Starts worker threads.
 *
 * @param count number of threads
 * @param size of every scene
 * @param program the compiled worker
 */
export function openScenePool(count: number, size: SceneSize, program: string = programPath()): ScenePool {
  const crews = Array.from({ length: count }, () => startCrew(program));
  let asked = 0;
  const draw = (seed: number) => {
    const crew = crews.reduce((least, other) => (other.waiting.size < least.waiting.size ? other : least));
    return new Promise<Scene>((resolve, reject) => {
      if (crew.failure) return reject(crew.failure);
      const id = asked++;
      crew.waiting.set(id, { seed, resolve, reject });
      crew.worker.postMessage({ id, seed, size } satisfies SceneRequest);
    });
  };
  const close = async (
    reason: unknown = new TrainingError("scenes-closed", "scenes: expected an open stream, found it closed"),
  ) => {
    for (const crew of crews) {
      rejectAll(crew, reason);
      crew.worker.postMessage("close" satisfies SceneRequest);
    }
    await Promise.all(crews.map((crew) => crew.ended));
  };
  return { draw, close };
}

/** The compiled worker, also when this file itself runs uncompiled, as it does in tests. */
function programPath(): string {
  const compiled = join(__dirname, "..", "..", "dist", "train", "scenes");
  return join(__filename.endsWith(".ts") ? compiled : __dirname, "sceneWorker.js");
}

function startCrew(program: string): Crew {
  const worker = new Worker(program);
  const crew: Crew = {
    worker,
    waiting: new Map(),
    ended: once(worker, "exit").catch(() => once(worker, "exit")),
    failure: undefined,
  };
  const fail = (message: string) => {
    crew.failure ??= new TrainingError("scene-worker", message);
    rejectAll(crew, crew.failure);
  };
  worker.on("message", (reply: SceneReply) => settle(crew, reply));
  worker.on("error", (error) => fail(`scene worker: expected scenes, found an error: ${error.message}`));
  worker.on("exit", (code) =>
    fail(`scene worker: expected it to draw until closed, found it ended with exit code ${code}`),
  );
  return crew;
}

function settle(crew: Crew, reply: SceneReply): void {
  const waiting = crew.waiting.get(reply.id);
  crew.waiting.delete(reply.id);
  if ("scene" in reply) waiting?.resolve(reply.scene);
  else waiting?.reject(new TrainingError("scene-worker", `scene ${waiting.seed}: ${reply.error}`));
}

function rejectAll(crew: Crew, reason: unknown): void {
  for (const { reject } of crew.waiting.values()) reject(reason);
  crew.waiting.clear();
}
