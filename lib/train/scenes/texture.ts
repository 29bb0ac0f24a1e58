import type { Camera } from "./camera";
import { classId, SCENE_CLASSES, type SceneClass } from "./classes";
import { grain, valueNoise } from "./noise";

/**
 * How much lighter (above 0) or darker a spot of a material is.
 *
 * @param x column in the world, picture units
 * @param y row in the world
 * @param near 1 at the lower edge of the frame, towards 0 at the horizon
 * @param across column as the plain has it: lines along the view run together at the horizon
 * @param along row as the plain has it
 */
type Texture = (x: number, y: number, near: number, across: number, along: number) => number;

const grass: Texture = (x, y, near, across, along) => {
  const size = 0.45 + 0.55 * near;
  const blades = valueNoise((x * 0.8) / size, (y * 0.28) / size);
  return 0.15 * blades + 0.08 * valueNoise(across * 0.06, along * 0.1) + 0.05 * grain(x | 0, (y / 2) | 0, 5);
};

const ground: Texture = (x, y, near, across, along) => {
  const stones = valueNoise((x * 0.34) / near ** 0.5, (y * 0.5) / near ** 0.5);
  return 0.05 * grain(x | 0, y | 0, 9) + 0.09 * valueNoise(across * 0.05, along * 0.12) + (stones > 0.45 ? -0.1 : 0);
};

const water: Texture = (_x, y, near, across, along) => {
  const swell = valueNoise(across * 0.035, along * 0.42);
  const ripple = valueNoise(across * 0.09 + 31, along * 0.9 + y * 0.05);
  const crest = ripple + 0.5 * swell;
  return (
    0.09 * swell +
    (crest > 0.55 ? 0.34 * Math.min(1, (crest - 0.55) * 3) * (0.5 + 0.5 * near) : 0) +
    (crest < -0.6 ? -0.1 : 0)
  );
};

const road: Texture = (x, y, _near, across, along) =>
  0.05 * grain(x | 0, y | 0, 3) + 0.05 * valueNoise(across * 0.05, along * 0.03);

const mountain: Texture = (x, y) => {
  const crag = 1 - 2 * Math.abs(valueNoise(x * 0.1 + y * 0.07, y * 0.09 - x * 0.04));
  return 0.1 * crag + 0.07 * valueNoise(x * 0.3, y * 0.22);
};

const tree: Texture = (x, y) => {
  const leaves = valueNoise(x * 0.22, y * 0.26);
  return 0.2 * valueNoise(x * 0.5 + 7, y * 0.5) + (leaves > 0.2 ? 0.12 : -0.05);
};

const building: Texture = (x, y) => 0.05 * valueNoise(x * 0.12, y * 0.12) + 0.035 * grain(x | 0, y | 0, 13);

const fleece: Texture = (x, y) => 0.1 * valueNoise(x * 0.45, y * 0.45);

const smooth: Texture = (x, y) => 0.025 * valueNoise(x * 0.12, y * 0.12);

const sky: Texture = (x, y) => 0.018 * valueNoise(x * 0.02, y * 0.06);

const TEXTURES: Partial<Record<SceneClass, Texture>> = {
  grass,
  ground,
  water,
  road,
  mountain,
  tree,
  building,
  sky,
  sheep: fleece,
};

/** Nearness beyond which patterns do not get finer. */
const FAR = 0.14;

/** Texture by label. */
const BY_LABEL: readonly Texture[] = SCENE_CLASSES.map((name) => TEXTURES[name] ?? smooth);

/** Texture of bricks, which some scenes' buildings have. */
const bricks: Texture = (x, y) => {
  const course = Math.floor(y / 4);
  const joint = y - 4 * course < 0.9 || (x + (course & 1) * 4.5) % 9 < 0.9;
  return (
    building(x, y, 1, x, y) + (joint ? 0.08 : 0.05 * grain(Math.floor((x + (course & 1) * 4.5) / 9), course, 17) - 0.02)
  );
};

/**
 * The texture of every pixel.
 *
 * @param labels class of each pixel
 * @param toWorld where a pixel lies in the world: the six numbers of an SVG matrix
 * @param bricked whether buildings are of brick
 * @returns relative lightness, mostly within -0.4..0.4, [height, width]
 */
export function textureOf(
  labels: Uint8Array,
  size: { height: number; width: number },
  camera: Camera,
  toWorld: readonly number[],
  bricked: boolean,
): Float32Array {
  const [a, b, c, d, e, f] = toWorld;
  const values = new Float32Array(labels.length);
  const textures = BY_LABEL.map((texture, label) => (bricked && label === classId("building") ? bricks : texture));
  const reach = camera.height - camera.horizon;
  for (let row = 0, i = 0; row < size.height; row++) {
    for (let column = 0; column < size.width; column++, i++) {
      const x = a * column + c * row + e + 200;
      const y = b * column + d * row + f;
      const distance = (y - camera.horizon) / reach;
      const near = Math.min(1.5, Math.max(FAR, distance));
      const across = (x - 200 - camera.center) / near;
      values[i] = textures[labels[i]](
        x,
        y + 200,
        near,
        across,
        reach * 1.2 * (Math.log(near) + Math.min(0, distance - FAR) / FAR),
      );
    }
  }
  return values;
}
