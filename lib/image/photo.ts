import type { RgbImage } from "../arrays";
import { decodePhoto, MEAN_COLOUR } from "./decodePhoto";

/**
 * How a photo comes to the model's size: `stretch` ignores the aspect ratio (the authors' way for figures), `cover` fills
 * the frame and cuts the rest, `contain` shows all and fills with the mean colour.
 */
export type Fit = "stretch" | "cover" | "contain";

/** A photo at the size at which the model sees it. */
export interface Photo {
  /** File name without folders. */
  readonly name: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  /** The pixels the model sees. */
  readonly image: RgbImage;
  /** Size of the picture in the file, orientation applied, in pixels. */
  readonly originalHeight: number;
  readonly originalWidth: number;
  /** Class of each pixel, row-major, where the picture comes with labels: an index into `SCENE_CLASSES`. */
  readonly labels?: Uint8Array;
}

/**
 * Reads a JPEG, PNG, WebP, AVIF, TIFF or GIF: orientation applied, transparency laid on white, converted to sRGB.
 *
 * @param path picture file
 * @param size wanted height and width in pixels
 * @param fit what to do with another aspect ratio; `stretch` by default
 * @throws ImageError `not-found`, `empty`, `too-large`, `not-an-image`
 */
export async function readPhoto(
  path: string,
  size: { height: number; width: number },
  fit: Fit = "stretch",
): Promise<Photo> {
  return decodePhoto(path, (picture) =>
    picture.resize({ ...size, fit: fit === "stretch" ? "fill" : fit, background: MEAN_COLOUR }),
  );
}

/**
 * Reads a photo for sliding windows: the shorter side at `shortSide` pixels, the aspect ratio kept.
 *
 * @throws ImageError as `readPhoto`
 */
export async function readPhotoForWindows(path: string, shortSide: number): Promise<Photo> {
  return decodePhoto(path, (picture) => picture.resize({ height: shortSide, width: shortSide, fit: "outside" }));
}
