import { regionAttentionMap } from "../lib/activations";
import { type Focus, focus } from "../lib/analysis/focus";
import { openPhoto } from "../lib/openPhoto";
import { segmentAt } from "../lib/segmentAt";
import type { Setr } from "../lib/setr";
import { SCENE_CLASSES } from "../lib/train/scenes/classes";

/** Classes of things that stand apart, unlike sky or grass. */
const THINGS = ["background", "tree", "building", "car", "boat", "person", "bird", "sheep"];

/** Smallest share of the picture that a thing must cover to be looked at. */
const SMALLEST_AREA = 0.01;

/**
 * The relative rollout of every thing in some scenes, over all its patches: the mean of what lies on it and of what it covers.
 *
 * A thing is a connected part of the labels, at least a hundredth of the picture.
 *
 * @param seeds of the scenes
 */
export async function focusOnThings(model: Setr, seeds: readonly number[]): Promise<Focus & { things: number }> {
  const { imageHeight: height, imageWidth: width } = model.config;
  const found: Focus[] = [];
  for (const seed of seeds) {
    const photo = await openPhoto(`scene:${seed}`, model);
    const run = await model.run(photo, { capture: ["A*.mean"] });
    for (const pixels of thingsIn(Uint16Array.from(photo.labels!), height, width)) {
      const map = regionAttentionMap(run, { mask: pixels }, { relative: true });
      const one = focus(map, pixels, { height, width });
      if (!Number.isNaN(one.inside)) found.push(one);
    }
  }
  const mean = (of: (one: Focus) => number) => found.reduce((sum, one) => sum + of(one), 0) / found.length;
  return { inside: mean(({ inside }) => inside), area: mean(({ area }) => area), things: found.length };
}

function thingsIn(classes: Uint16Array, height: number, width: number): Uint8Array[] {
  const rest = classes.slice();
  const things: Uint8Array[] = [];
  for (let pixel = 0; pixel < rest.length; pixel++) {
    if (!THINGS.includes(SCENE_CLASSES[rest[pixel]!] ?? "")) continue;
    const place = { y: (Math.floor(pixel / width) + 0.5) / height, x: ((pixel % width) + 0.5) / width };
    const { area, region } = segmentAt({ height, width, classes: rest }, place);
    const inside = region.mask as Uint8Array;
    for (let i = 0; i < rest.length; i++) if (inside[i]) rest[i] = SCENE_CLASSES.length; // seen
    if (area >= SMALLEST_AREA * rest.length) things.push(inside);
  }
  return things;
}
