/**
 * Colours of the classes of drawn scenes on maps, in the order of `SCENE_CLASSES`.
 *
 * Surfaces have the hue of the thing itself in middle tones; things that stand before them are vivid, dark or light, so
 * that neighbours differ in lightness too and stay apart for colour-blind readers.
 */
export const SCENE_COLORS: readonly string[] = [
  "#4d4d4d", // background
  "#a9d6f5", // sky
  "#7d7aa8", // mountain
  "#0b6b43", // tree
  "#8fc93a", // grass
  "#d9b38c", // ground
  "#2f6fb7", // water
  "#9c9c9c", // road
  "#8c4a2f", // building
  "#ffe14d", // window
  "#d7263d", // car
  "#f58a1f", // boat
  "#e377c2", // person
  "#1b1b3a", // bird
  "#ffffff", // sheep
];
