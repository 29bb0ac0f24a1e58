import { expect, test } from "vitest";
import { variantConfig } from "../lib/model/variants";
import { openPhoto } from "../lib/openPhoto";
import { drawScene } from "../lib/train/scenes/scene";

const config = variantConfig("pup-small", { imageHeight: 48, imageWidth: 64 });

test("a scene is drawn at the model's size and comes with its labels", async () => {
  const photo = await openPhoto("scene:17", { config });
  const scene = await drawScene(17, { height: 48, width: 64 });
  expect(photo).toMatchObject({ name: "scene:17", originalHeight: 48, originalWidth: 64 });
  expect(photo.image.data).toEqual(scene.pixels);
  expect(photo.labels).toEqual(scene.labels);
  expect((await openPhoto("scene:17", { config })).sha256).toBe(photo.sha256);
  expect((await openPhoto("scene:18", { config })).sha256).not.toBe(photo.sha256);
});

test("a photograph has no labels and keeps its short name", async () => {
  const photo = await openPhoto("alps", { config });
  expect(photo).toMatchObject({ name: "alps", image: { height: 48, width: 64 } });
  expect(photo.labels).toBeUndefined();
});

test.each(["scene:", "scene:-1", "scene:1.5", "scene:x"])("%s is refused", async (name) => {
  await expect(openPhoto(name, { config })).rejects.toThrow("expected scene: and a whole number");
});
