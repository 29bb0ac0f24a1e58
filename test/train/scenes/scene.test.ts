import { expect, test } from "vitest";
import { SCENE_CLASSES } from "../../../lib/train/scenes/classes";
import { composeScene } from "../../../lib/train/scenes/compose";
import { drawsOf } from "../../../lib/train/scenes/draws";
import { SCENE_COLORS } from "../../../lib/train/scenes/palette";
import { labelPixels } from "../../../lib/train/scenes/rasterise";
import { drawScene, type Scene } from "../../../lib/train/scenes/scene";

const SMALL = { height: 96, width: 96 };

function classesIn(scenes: readonly Scene[]): string[] {
  const found = new Set(scenes.flatMap((scene) => [...new Set(scene.labels)]));
  return SCENE_CLASSES.filter((_, label) => found.has(label));
}

test("the same seed gives the same bytes", async () => {
  const [first, second] = [await drawScene(7), await drawScene(7)];
  expect(second).toEqual(first);
});

test("consecutive seeds give different scenes", async () => {
  const scenes = await Promise.all([41, 42, 43, 44].map((seed) => drawScene(seed, SMALL)));
  const pictures = new Set(scenes.map((scene) => Buffer.from(scene.pixels).toString("base64")));
  const maps = new Set(scenes.map((scene) => Buffer.from(scene.labels).toString("base64")));
  expect([pictures.size, maps.size]).toEqual([4, 4]);
});

test("pixels and labels have the size that is asked for, square or not", async () => {
  for (const size of [
    { height: 127, width: 193 },
    { height: 211, width: 89 },
  ]) {
    const scene = await drawScene(11, size);
    expect(scene).toMatchObject(size);
    expect(scene.pixels.length).toBe(3 * size.height * size.width);
    expect(scene.labels.length).toBe(size.height * size.width);
    expect(Math.max(...scene.labels)).toBeLessThan(SCENE_CLASSES.length);
  }
});

test("a larger picture shows the same scene", async () => {
  const [small, large] = [await drawScene(5, SMALL), await drawScene(5, { height: 192, width: 192 })];
  let same = 0;
  for (let row = 0; row < 96; row++) {
    for (let column = 0; column < 96; column++) {
      if (small.labels[row * 96 + column] === large.labels[(2 * row + 1) * 192 + 2 * column + 1]) same++;
    }
  }
  expect(same / (96 * 96)).toBeGreaterThan(0.96);
});

test("every class occurs in sixty scenes", async () => {
  const scenes: Scene[] = [];
  for (let seed = 0; seed < 60; seed++) scenes.push(await drawScene(seed, SMALL));
  expect(classesIn(scenes)).toEqual(SCENE_CLASSES);
});

test("every class has a colour of its own", () => {
  expect(SCENE_COLORS.length).toBe(SCENE_CLASSES.length);
  expect(new Set(SCENE_COLORS).size).toBe(SCENE_CLASSES.length);
});

test("edges of labels are not smoothed", async () => {
  // labelPixels refuses any colour between two classes, so that drawing a turned scene is the test
  for (let seed = 0; seed < 12; seed++) {
    const { sketch, camera } = composeScene(drawsOf(seed), SMALL);
    const labels = await labelPixels(sketch, { ...camera, roll: 7 }, SMALL);
    expect(new Set(labels).size).toBeGreaterThan(1);
  }
});

test("a smoothed edge is refused", async () => {
  const { sketch, camera } = composeScene(drawsOf(1), SMALL);
  const smoothed = {
    ...sketch,
    labels: [...sketch.labels, '<circle cx="70" cy="70" r="40" fill="#700000" shape-rendering="auto"/>'],
  };
  await expect(labelPixels(smoothed, camera, SMALL)).rejects.toThrow("expected the flat colour of a class");
});

test("a size out of range is refused", async () => {
  await expect(drawScene(1, { height: 31, width: 96 })).rejects.toMatchObject({ code: "size" });
  await expect(drawScene(1, { height: 96, width: 96.5 })).rejects.toMatchObject({ code: "size" });
});
