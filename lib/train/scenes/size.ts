import { ImageError } from "../../errors";

/** Height and width of a scene, in pixels. */
export interface SceneSize {
  readonly height: number;
  readonly width: number;
}

/** Size of a scene unless another is asked for. */
export const SCENE_SIZE: SceneSize = { height: 240, width: 240 };

/**
 * Passes on a size.
 *
 * @throws ImageError `size` unless height and width are whole numbers in 32..4096
 */
export function checkSceneSize(size: SceneSize): SceneSize {
  const fits = (side: number) => Number.isInteger(side) && side >= 32 && side <= 4096;
  if (fits(size.height) && fits(size.width)) return size;
  throw new ImageError(
    "size",
    `scene: expected a height and width of 32..4096 pixels, found ${size.height}x${size.width}`,
  );
}
