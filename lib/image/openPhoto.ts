import type { SetrConfig } from "../model/config";
import { type Fit, type Photo, readPhoto } from "./photo";
import { photoPath, SAMPLE_PHOTOS } from "./samplePhotos";

export type { Fit, Photo };

/**
 * Opens a photo at the size that a model wants.
 *
 * @param nameOrPath a JPEG, PNG, WebP, AVIF, TIFF or GIF, or the short name of a photograph that comes with the project
 * @param model anything with a model's configuration
 * @param fit `stretch` (default, the authors' way), `cover` or `contain`
 * @throws ImageError `not-found`, `empty`, `too-large`, `not-an-image`
 */
export async function openPhoto(
  nameOrPath: string,
  model: { readonly config: SetrConfig },
  fit: Fit = "stretch",
): Promise<Photo> {
  const { imageHeight: height, imageWidth: width } = model.config;
  const photo = await readPhoto(photoPath(nameOrPath), { height, width }, fit);
  return SAMPLE_PHOTOS.includes(nameOrPath) ? { ...photo, name: nameOrPath } : photo;
}
