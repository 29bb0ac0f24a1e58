import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawScene, type Scene } from "../../../lib/train/scenes/scene";
import { openScenePool } from "../../../lib/train/scenes/scenePool";
import { sceneStream } from "../../../lib/train/scenes/sceneStream";

const size = { height: 53, width: 71 };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "scenes-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Threads that hold this process open. */
function liveWorkers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;
}

async function take(stream: AsyncIterable<Scene>, count: number): Promise<Scene[]> {
  const scenes: Scene[] = [];
  for await (const scene of stream) {
    scenes.push(scene);
    if (scenes.length === count) break;
  }
  return scenes;
}

function* endless(): Generator<number> {
  for (let seed = 100; ; seed++) yield seed;
}

test("two workers give the scenes in the order of their seeds, byte for byte", async () => {
  const seeds = [13, 2, 11, 3, 7, 5];
  const scenes = await take(sceneStream(seeds, { size, workers: 2, ahead: 4 }), Number.POSITIVE_INFINITY);
  expect(scenes.map((scene) => scene.seed)).toEqual(seeds);
  for (const scene of scenes) expect(scene).toEqual(await drawScene(scene.seed, size));
});

test("leaving the loop early ends the workers", async () => {
  const before = liveWorkers();
  const scenes = await take(sceneStream(endless(), { size, workers: 2 }), 3);
  expect(scenes.map((scene) => scene.seed)).toEqual([100, 101, 102]);
  expect(liveWorkers()).toBe(before);
});

test("seeds are taken only as far as the look-ahead reaches", async () => {
  let asked = 0;
  function* counted() {
    for (const seed of endless()) {
      asked++;
      yield seed;
    }
  }
  await take(sceneStream(counted(), { size, ahead: 3 }), 2);
  expect(asked).toBeLessThanOrEqual(2 + 3);
});

test("an abort rejects with its reason and ends the workers", async () => {
  const before = liveWorkers();
  const control = new AbortController();
  const stream = sceneStream(endless(), { size, signal: control.signal });
  await stream.next();
  const next = stream.next();
  control.abort(new Error("enough"));
  await expect(next.then(() => stream.next())).rejects.toThrow("enough");
  expect(liveWorkers()).toBe(before);
  await expect(sceneStream([1], { size, signal: control.signal }).next()).rejects.toThrow("enough");
});

test("a worker that ends unasked rejects what it was to draw, and what it is asked later", async () => {
  const program = join(folder, "quits.js");
  writeFileSync(program, 'require("node:worker_threads").parentPort.once("message", () => process.exit(3));');
  const pool = openScenePool(1, size, program);
  await expect(pool.draw(1)).rejects.toThrow("ended with exit code 3");
  await expect(pool.draw(2)).rejects.toThrow("ended with exit code 3");
  await pool.close();
});

test("a worker that throws rejects with its message", async () => {
  const program = join(folder, "throws.js");
  writeFileSync(program, 'throw new Error("no pencil");');
  const pool = openScenePool(1, size, program);
  await expect(pool.draw(1)).rejects.toThrow("no pencil");
  await pool.close();
});

test("a size out of range is refused before a worker starts", async () => {
  await expect(sceneStream([1], { size: { height: 1, width: 71 } }).next()).rejects.toMatchObject({ code: "size" });
});
