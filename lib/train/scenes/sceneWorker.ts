/** A worker thread that draws scenes one after the other, in the order in which their seeds arrive, until told to end. */
import { parentPort } from "node:worker_threads";
import sharp from "sharp";
import { drawScene, type Scene } from "./scene";
import type { SceneSize } from "./size";

/** What a worker is asked: a scene, or to end once it has finished the one at hand. */
export type SceneRequest = { readonly id: number; readonly seed: number; readonly size: SceneSize } | "close";

/** What it answers. */
export type SceneReply = { readonly id: number } & ({ readonly scene: Scene } | { readonly error: string });

const port = parentPort!;
let turn: Promise<void> = Promise.resolve();
let closing = false;

async function answer(request: Exclude<SceneRequest, "close">): Promise<void> {
  if (closing) return;
  const { id, seed, size } = request;
  try {
    const scene = await drawScene(seed, size);
    const reply: SceneReply = { id, scene };
    port.postMessage(reply, [scene.pixels.buffer as ArrayBuffer, scene.labels.buffer as ArrayBuffer]);
  } catch (error) {
    const reply: SceneReply = { id, error: error instanceof Error ? error.message : String(error) };
    port.postMessage(reply);
  }
}

sharp.concurrency(1);
port.on("message", (request: SceneRequest) => {
  if (request === "close") closing = true;
  turn = turn.then(() => (request === "close" ? port.close() : answer(request)));
});
