import { writeUntrainedWeights } from "../checkpoint/initialise";
import { variantConfig } from "../model/variants";
import type { Size } from "./options";

/** Options of `setr init`. */
export interface InitOptions {
  readonly variant: string;
  readonly imageSize: Size;
  readonly classes: number;
  readonly seed: number;
  readonly out: string;
}

/** Writes seeded random weights of a variant. */
export async function initCommand({ variant, imageSize, classes, seed, out }: InitOptions): Promise<void> {
  const size = { imageHeight: imageSize.height, imageWidth: imageSize.width };
  const config = variantConfig(variant, { ...size, numClasses: classes });
  await writeUntrainedWeights(out, config, seed);
  console.log(
    `${out}: untrained weights of ${variant} for ${size.imageHeight}x${size.imageWidth} pixels, seed ${seed}`,
  );
}
