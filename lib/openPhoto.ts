import { createHash } from "node:crypto";
import { ImageError } from "./errors";
import { type Fit, type Photo, readPhoto } from "./image/photo";
import { photoPath, SAMPLE_PHOTOS } from "./image/samplePhotos";
import type { SetrConfig } from "./model/config";
import { drawScene } from "./train/scenes/scene";

export type { Fit, Photo };

/** What the names of drawn scenes begin with; the seed follows. */
const SCENE = "scene:";

/**
 * Opens a photo at the size that a model wants.
 *
 * @param nameOrPath a JPEG, PNG, WebP, AVIF, TIFF or GIF; the short name of a photograph that comes with the project; or
 *   `scene:SEED`, a drawn scene, which comes with its labels
 * @param model anything with a model's configuration
 * @param fit `stretch` (default, the authors' way), `cover` or `contain`; scenes are drawn at the size
 * @throws ImageError `not-found`, `empty`, `too-large`, `not-an-image`; `scene` for a seed that is no whole number
 */
export async function openPhoto(
  nameOrPath: string,
  model: { readonly config: SetrConfig },
  fit: Fit = "stretch",
): Promise<Photo> {
  const { imageHeight: height, imageWidth: width } = model.config;
  if (isScene(nameOrPath)) return scenePhoto(nameOrPath, { height, width });
  const photo = await readPhoto(photoPath(nameOrPath), { height, width }, fit);
  return SAMPLE_PHOTOS.includes(nameOrPath) ? { ...photo, name: nameOrPath } : photo;
}

/** Whether this names a drawn scene. */
export function isScene(nameOrPath: string): boolean {
  return nameOrPath.startsWith(SCENE);
}

/** Whether this is the name of a picture that comes with the project, not of a file. */
export function isNamedPhoto(nameOrPath: string): boolean {
  return SAMPLE_PHOTOS.includes(nameOrPath) || isScene(nameOrPath);
}

async function scenePhoto(name: string, size: { height: number; width: number }): Promise<Photo> {
  const digits = name.slice(SCENE.length);
  if (!/^\d{1,10}$/.test(digits)) {
    throw new ImageError("scene", `${name}: expected scene: and a whole number, found "${digits}"`);
  }
  const { height, width, pixels, labels } = await drawScene(Number(digits), size);
  return {
    name,
    sha256: createHash("sha256").update(pixels).digest("hex"),
    image: { height, width, data: pixels },
    originalHeight: height,
    originalWidth: width,
    labels,
  };
}
