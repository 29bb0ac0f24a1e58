/** Names of the classes of drawn scenes as Pascal Context has them; the index is the label. */
export const SCENE_CLASSES = [
  "background",
  "sky",
  "mountain",
  "tree",
  "grass",
  "ground",
  "water",
  "road",
  "building",
  "window",
  "car",
  "boat",
  "person",
  "bird",
  "sheep",
] as const;

/** A class of drawn scenes. */
export type SceneClass = (typeof SCENE_CLASSES)[number];

/** Label of a class. */
export function classId(name: SceneClass): number {
  return SCENE_CLASSES.indexOf(name);
}
