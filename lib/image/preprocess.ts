import type { NdArray, RgbImage } from "../arrays";

/** Channel means of ImageNet on 0..255, red first. Source: the official SETR configurations, img_norm_cfg. */
export const IMAGE_MEAN = [123.675, 116.28, 103.53] as const;

/** Channel standard deviations of ImageNet on 0..255, red first. Source: as above. */
export const IMAGE_STD = [58.395, 57.12, 57.375] as const;

/**
 * Pixels as the model reads them: (value - mean) / std per channel, channels first.
 *
 * @returns [1, 3, height, width]
 */
export function normalise(image: RgbImage): NdArray {
  const pixels = image.height * image.width;
  const data = new Float32Array(3 * pixels);
  for (let channel = 0; channel < 3; channel++) {
    const mean = IMAGE_MEAN[channel] as number;
    const std = IMAGE_STD[channel] as number;
    const plane = data.subarray(channel * pixels, (channel + 1) * pixels);
    for (let i = 0; i < pixels; i++) plane[i] = ((image.data[3 * i + channel] as number) - mean) / std;
  }
  return { shape: [1, 3, image.height, image.width], data };
}
