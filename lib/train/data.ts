// B batch, H x W picture
import type { NdArray, RgbImage } from "../arrays";
import { normalise } from "../image/preprocess";
import type { SetrConfig } from "../model/config";

/** Pictures and their labels. */
export interface Batch {
  /** Normalised pixels [B, 3, H, W]. */
  readonly pixels: NdArray;
  /** Class of each pixel [B, H, W]; numbers outside 0..K-1 do not count. */
  readonly labels: Int32Array;
}

/** One picture and its labels. */
export interface LabelledImage {
  readonly image: RgbImage;
  /** Class of each pixel, row-major. */
  readonly labels: ArrayLike<number>;
}

/** Where a training's pictures come from. */
export interface TrainingData {
  /** Names of the classes, by their number. */
  readonly classes: readonly string[];
  /** What the pictures are, in words. */
  readonly description: string;
  /**
   * The pictures of one step: the same for the same step in every run. Steps must be asked for in ascending order.
   *
   * @param step number of the step, from 1
   */
  batch(step: number): Promise<Batch>;
  /**
   * Pictures that are never learned from, always the same ones.
   *
   * @param count how many pictures at most
   */
  heldOut(count: number): AsyncGenerator<Batch>;
  /** Ends what draws or reads ahead. */
  close(): Promise<void>;
}

/** Puts pictures of equal size into a batch. */
export function toBatch(images: readonly LabelledImage[], { normalisation }: SetrConfig): Batch {
  const [first] = images as [LabelledImage];
  const { height, width } = first.image;
  const pixels = new Float32Array(images.length * 3 * height * width);
  const labels = new Int32Array(images.length * height * width);
  images.forEach(({ image, labels: own }, i) => {
    pixels.set(normalise(image, normalisation).data, i * 3 * height * width);
    labels.set(own, i * height * width);
  });
  return { pixels: { shape: [images.length, 3, height, width], data: pixels }, labels };
}

/**
 * The labels of every n-th row and column, from the middle of the first n on.
 *
 * Taken here and not from a tensor: the WebAssembly backend's strided slices of whole numbers are wrong.
 *
 * @param stride n, at most the picture's height and width
 * @returns whole numbers [B, h, w]
 */
export function everyNthLabel(
  { pixels, labels }: Batch,
  stride: number,
): { shape: [number, number, number]; data: Int32Array } {
  const [batch, , height, width] = pixels.shape as [number, number, number, number];
  const start = Math.floor(stride / 2);
  const shape: [number, number, number] = [
    batch,
    Math.ceil((height - start) / stride),
    Math.ceil((width - start) / stride),
  ];
  const data = new Int32Array(shape[0] * shape[1] * shape[2]);
  let next = 0;
  for (let picture = 0; picture < batch; picture++) {
    for (let row = start; row < height; row += stride) {
      for (let col = start; col < width; col += stride) {
        data[next++] = labels[(picture * height + row) * width + col]!;
      }
    }
  }
  return { shape, data };
}
