import { type Camera, frameMatrix } from "./camera";
import { composeScene } from "./compose";
import { drawsOf } from "./draws";
import { applyFilm, applyMaterials, applyOutlines, blurred, type Layers } from "./light";
import { colorPixels, labelPixels } from "./rasterise";
import { applyReflection } from "./reflection";
import { checkSceneSize, SCENE_SIZE, type SceneSize } from "./size";
import { drawStyle } from "./style";
import { textureOf } from "./texture";

/** A drawn landscape or street with the class of every pixel. */
export interface Scene {
  readonly seed: number;
  readonly height: number;
  readonly width: number;
  /** RGB, [height, width, 3]. */
  readonly pixels: Uint8Array;
  /** Index into `SCENE_CLASSES`, [height, width]. */
  readonly labels: Uint8Array;
}

/**
 * Draws a scene: kind, time of day, camera, things and style all follow from the seed. The same seed and size always
 * give the same bytes.
 *
 * @param seed any whole number; its lower 32 bits count
 * @param size height and width in pixels, 32..4096 each, default 240x240
 * @returns pixels and labels, edge for edge the same geometry
 * @throws ImageError `size` for a size out of range
 */
export async function drawScene(seed: number, size: SceneSize = SCENE_SIZE): Promise<Scene> {
  checkSceneSize(size);
  const { height, width } = size;
  const draws = drawsOf(seed);
  const { sketch, camera, mood } = composeScene(draws, size);
  const style = drawStyle(draws, mood);
  const [drawn, labels] = await Promise.all([colorPixels(sketch, camera, size), labelPixels(sketch, camera, size)]);
  const lines = style.outline > 0 ? Uint8Array.from(drawn) : undefined;
  const pixels = style.blur > 0 ? blurred(drawn, size, style.blur) : drawn;
  const layers: Layers = { height, width, labels, pixels };
  applyReflection(layers, draws.between(0.2, 0.42));
  applyMaterials(layers, textureOf(labels, size, camera, toWorld(camera, size), style.bricked), mood, style);
  if (lines) applyOutlines(layers, lines, style.outline);
  applyFilm(layers, style, seed | 0);
  return { seed, height, width, pixels: layers.pixels, labels };
}

/** The six numbers of the matrix from pixels to the world: the inverse of the frame's. */
function toWorld(camera: Camera, size: SceneSize): readonly number[] {
  const [a, b, c, d, e, f] = frameMatrix(camera);
  const determinant = a * d - b * c;
  const unit = camera.height / size.height;
  const inverse = [d, -b, -c, a].map((value) => value / determinant);
  const [p, q, r, s] = inverse;
  return [p * unit, q * unit, r * unit, s * unit, -(p * e + r * f), -(q * e + s * f)];
}
