import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWeights } from "../lib/checkpoint/weights";
import { segment } from "../lib/segment";
import { openSetr } from "../lib/setr";
import { fixture, temporaryFolder } from "./fixtures";

const PUP = fixture("setr-pup-official.safetensors");
const GOOGLE = fixture("vit-encoder-google.npz");

/** What was told, and who is told it. */
function listener() {
  const told: (readonly [done: number, total: number])[] = [];
  return { told, onProgress: (done: number, total: number) => void told.push([done, total]) };
}

test("opening a checkpoint tells the bytes that are read", async () => {
  const { told, onProgress } = listener();
  await (await openSetr(PUP, { onProgress, cache: false })).close();
  const { size } = await stat(PUP);
  expect(told.at(-1)).toEqual([size, size]);
  expect(told.map(([done]) => done)).toEqual(told.map(([done]) => done).sort((a, b) => a - b));
});

test("a checkpoint that has to be converted first is read twice", async () => {
  process.env.SETR_CACHE = join(await temporaryFolder(), "cache");
  try {
    const { told, onProgress } = listener();
    await openWeights(GOOGLE, { numHeads: 4 }, { onProgress });
    const { size } = await stat(GOOGLE);
    expect(told.filter(([done, total]) => done === size && total === size)).toHaveLength(2);
  } finally {
    delete process.env.SETR_CACHE;
  }
});

test("windows are told one by one", async () => {
  const { told, onProgress } = listener();
  const model = await openSetr(PUP, { numHeads: 4, cache: false });
  const picture = { shape: [1, 3, 96, 150], data: new Float32Array(3 * 96 * 150).map((_, i) => Math.sin(i)) };
  await segment(model, picture, { mode: "slide", stride: 31, onProgress });
  await model.close();
  expect(told).toEqual([1, 2, 3].map((done) => [done, 3]));
});

test("TensorFlow.js tells its layers, and once more on the way back", async () => {
  const forward = listener();
  const model = await openSetr(PUP, { numHeads: 4, engine: "tfjs-wasm", cache: false });
  const picture = { shape: [1, 3, 96, 96], data: new Float32Array(3 * 96 * 96).map((_, i) => Math.sin(i)) };
  await model.run(picture, { capture: ["Z*"], onProgress: forward.onProgress });
  expect(forward.told).toEqual([1, 2, 3, 4, 5].map((done) => [done, 5])); // embeddings and four layers
  const back = listener();
  const gradientOf = { classIndex: 2, region: { patch: { row: 1, col: 3 } } };
  await model.run(picture, { capture: [], gradientOf, onProgress: back.onProgress });
  await model.close();
  expect(back.told).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((done) => [done, 8]));
});
