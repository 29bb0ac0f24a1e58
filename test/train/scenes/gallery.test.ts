import { expect, test } from "vitest";
import { renderPng } from "../../../lib/figure/png";
import { renderSvg } from "../../../lib/figure/svg";
import { SCENE_CLASSES } from "../../../lib/train/scenes/classes";
import { sceneGallery } from "../../../lib/train/scenes/gallery";

const size = { height: 53, width: 71 };

test("a gallery shows every scene beside its labels, and names every class", async () => {
  const figure = await sceneGallery([3, 5, 7], { scenesPerRow: 2, size });
  const photos = figure.elements.filter((element) => element.kind === "photo");
  expect(photos.map((photo) => photo.id)).toEqual(
    [1, 2, 3].flatMap((number) => [`scene-${number}`, `labels-${number}`]),
  );
  const texts = figure.elements.flatMap((element) => (element.kind === "text" ? [element.runs[0].text] : []));
  expect(texts).toEqual(["seed 3", "seed 5", "seed 7", ...SCENE_CLASSES]);
  for (const element of figure.elements) {
    if (element.kind === "photo") expect(element.x + element.width).toBeLessThanOrEqual(figure.width);
  }
});

test("a gallery is written as PNG, and as SVG with its text as text", async () => {
  const figure = await sceneGallery([3], { scenesPerRow: 1, size });
  expect((await renderPng(figure, { dpi: 72 })).subarray(1, 4).toString()).toBe("PNG");
  expect(await renderSvg(figure)).toContain(">seed 3</text>");
});

test("a gallery without scenes is refused", async () => {
  await expect(sceneGallery([])).rejects.toMatchObject({ code: "scenes-empty" });
});
