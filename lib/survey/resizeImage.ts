// h x w picture, H x W picture when resized
import type { RgbImage } from "../arrays";
import { linearSamples } from "../interpolation";

/** How large a picture is made before windows slide over it. */
export interface WindowScale {
  /** Shorter side in pixels. */
  readonly shortSide: number;
  /** Longest the longer side may become, in pixels; null for no limit. */
  readonly longSide: number | null;
  /** Both sides are multiplied by this. */
  readonly ratio: number;
}

/**
 * The size of a picture for sliding windows, its aspect ratio kept: as large as both limits allow, but never smaller than a
 * window.
 *
 * @param picture height and width in pixels
 * @param scale limits; they are rounded down after multiplying
 * @param window height and width of a window
 * Source: mmcv.imrescale, with the SETR release's smallest size in its pipeline's Resize (multi_scale_test), which takes
 *   Pascal Context's 520 for the shorter side.
 */
export function scaledSize(
  picture: { readonly height: number; readonly width: number },
  { shortSide, longSide, ratio }: WindowScale,
  window: { readonly height: number; readonly width: number },
): { height: number; width: number } {
  const { height, width } = picture;
  const short = Math.floor(shortSide * ratio) / Math.min(height, width);
  const long = longSide === null ? Number.POSITIVE_INFINITY : Math.floor(longSide * ratio) / Math.max(height, width);
  const factor = Math.max(Math.min(short, long), window.height / height, window.width / width);
  return { height: Math.floor(height * factor + 0.5), width: Math.floor(width * factor + 0.5) };
}

/**
 * A picture in another size, by bilinear interpolation without antialiasing, pixels as centres of cells, rounded to bytes.
 *
 * Unlike the reader of photos, which smooths when it makes them smaller; like OpenCV's INTER_LINEAR, with which
 * mmsegmentation resizes, up to its rounding.
 */
export function resizeBilinear(image: RgbImage, { height, width }: { height: number; width: number }): RgbImage {
  if (image.height === height && image.width === width) return image;
  const data = new Uint8Array(3 * height * width);
  const columns = linearSamples(image.width, width, false);
  const blended = new Float64Array(3 * image.width);
  for (const [row, sample] of linearSamples(image.height, height, false).entries()) {
    blended.fill(0);
    for (const { index, weight } of sample) {
      const start = 3 * index * image.width;
      for (let i = 0; i < blended.length; i++) blended[i]! += weight * image.data[start + i]!;
    }
    columns.forEach((column, col) => {
      for (let channel = 0; channel < 3; channel++) {
        let value = 0;
        for (const { index, weight } of column) value += weight * blended[3 * index + channel]!;
        data[3 * (row * width + col) + channel] = Math.floor(value + 0.5);
      }
    });
  }
  return { height, width, data };
}

/** Turned left to right. */
export function mirroredImage({ height, width, data }: RgbImage): RgbImage {
  const turned = new Uint8Array(data.length);
  for (let row = 0; row < height; row++) {
    for (let col = 0; col < width; col++) {
      const from = 3 * (row * width + col);
      turned.set(data.subarray(from, from + 3), 3 * (row * width + width - 1 - col));
    }
  }
  return { height, width, data: turned };
}
