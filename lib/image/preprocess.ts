import type { NdArray, RgbImage } from "../arrays";
import type { Normalisation } from "../model/config";

/**
 * Channel means and deviations on 0..255, red first. Sources: the official SETR configurations, img_norm_cfg; Google's
 * vision transformers, which scale pixels to -1..1.
 */
const STATISTICS: Readonly<Record<Normalisation, { mean: readonly number[]; std: readonly number[] }>> = {
  imagenet: { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  half: { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
};

/**
 * Pixels as the model reads them: (value - mean) / std per channel, channels first.
 *
 * @param normalisation as the model was trained
 * @returns [1, 3, height, width]
 */
export function normalise(image: RgbImage, normalisation: Normalisation): NdArray {
  const pixels = image.height * image.width;
  const data = new Float32Array(3 * pixels);
  for (let channel = 0; channel < 3; channel++) {
    const mean = STATISTICS[normalisation].mean[channel] as number;
    const std = STATISTICS[normalisation].std[channel] as number;
    const plane = data.subarray(channel * pixels, (channel + 1) * pixels);
    for (let i = 0; i < pixels; i++) plane[i] = ((image.data[3 * i + channel] as number) - mean) / std;
  }
  return { shape: [1, 3, image.height, image.width], data };
}
