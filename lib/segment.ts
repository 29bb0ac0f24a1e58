// K classes, h x w picture
import type { NdArray, Point } from "./arrays";
import { workSignal } from "./cellSignal";
import { EngineError, ImageError } from "./errors";
import type { Photo } from "./image/photo";
import { normalise } from "./image/preprocess";
import { slidingWindows, type Window } from "./image/slidingWindows";
import { type AxisSample, linearSamples } from "./interpolation";
import { type OnProgress, withProgress } from "./progress";
import type { Setr } from "./setr";

/** The class of every pixel. */
export interface Mask {
  readonly height: number;
  readonly width: number;
  /** Class numbers, row-major. */
  readonly classes: Uint16Array;
}

/** How to segment. */
export interface SegmentOptions {
  /** `whole`: one pass over a picture of the model's size (default); `slide`: windows of the model's size. */
  readonly mode?: "whole" | "slide";
  /** Distance of windows in pixels; two thirds of the model's smaller side by default, as 320 for 480. */
  readonly stride?: number;
  /** Told the windows that are done, or for `whole` the steps of the pass; by default it is shown where it takes long. */
  readonly onProgress?: OnProgress;
  /** False computes everything anew and keeps nothing; true (default) does as the model was opened. */
  readonly cache?: boolean;
  /** Stops between layers, as interrupting the cell of a notebook does too. */
  readonly signal?: AbortSignal;
}

/**
 * Class scores of a picture.
 *
 * @param model a model with a decoder
 * @param input a photo or normalised pixels [1, 3, h, w]; for `whole` at the model's size, for `slide` at least that large
 * @returns logits [1, K, h, w]; with windows, the mean of those that cover a pixel
 * @throws EngineError `no-decoder`, `input-shape`; ImageError `stride`, `too-small`; the signal's reason when aborted
 * Source: mmsegmentation, EncoderDecoder.whole_inference and slide_inference.
 */
export async function segment(model: Setr, input: Photo | NdArray, options: SegmentOptions = {}): Promise<NdArray> {
  if (model.config.decoder.type === "none") {
    throw new EngineError("no-decoder", "segmentation: expected a model with a decoder, found an encoder alone");
  }
  const pixels = "image" in input ? normalise(input.image, model.config.normalisation) : input;
  if (options.mode === "slide") {
    return withProgress("Windows", options.onProgress, (tell) => segmentWindows(model, pixels, options, tell));
  }
  return logitsOf(model, pixels, options, workSignal(options.signal));
}

async function logitsOf(
  model: Setr,
  pixels: NdArray,
  { cache = true, onProgress }: SegmentOptions,
  signal: AbortSignal | undefined,
): Promise<NdArray> {
  return (
    await model.run(pixels, {
      capture: ["logits"],
      cache,
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    })
  ).get("logits");
}

/** The stride of the official test configurations in proportion: 320 for windows of 480. */
export function defaultStride({ config }: Pick<Setr, "config">): number {
  return Math.round((2 * Math.min(config.imageHeight, config.imageWidth)) / 3);
}

async function segmentWindows(
  model: Setr,
  pixels: NdArray,
  options: SegmentOptions,
  tell: OnProgress,
): Promise<NdArray> {
  const [batch, channels, height, width] = pixels.shape as [number, number, number, number];
  if (pixels.shape.length !== 4 || batch !== 1 || channels !== 3) {
    throw new ImageError("input-shape", `input: expected [1, 3, h, w], found [${pixels.shape.join(", ")}]`);
  }
  const size = { height: model.config.imageHeight, width: model.config.imageWidth };
  const windows = slidingWindows({ height, width }, size, options.stride ?? defaultStride(model));
  const classes = model.config.numClasses;
  const sums = new Float32Array(classes * height * width);
  const counts = new Uint16Array(height * width);
  const signal = workSignal(options.signal); // one for all windows
  for (const [index, window] of windows.entries()) {
    signal?.throwIfAborted();
    const crop = copyWindow(pixels, window, size);
    const logits = await logitsOf(model, crop, { ...options, onProgress: () => {} }, signal); // `tell` hears of windows
    addWindow(sums, counts, logits, window, { height, width });
    tell(index + 1, windows.length);
  }
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) / (counts[i % counts.length] as number);
  return { shape: [1, classes, height, width], data: sums };
}

function copyWindow(pixels: NdArray, { top, left }: Window, size: { height: number; width: number }): NdArray {
  const [, , height, width] = pixels.shape as [number, number, number, number];
  const data = new Float32Array(3 * size.height * size.width);
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < size.height; row++) {
      const start = (channel * height + top + row) * width + left;
      data.set(pixels.data.subarray(start, start + size.width), (channel * size.height + row) * size.width);
    }
  }
  return { shape: [1, 3, size.height, size.width], data };
}

function addWindow(
  sums: Float32Array,
  counts: Uint16Array,
  logits: NdArray,
  { top, left }: Window,
  picture: { height: number; width: number },
): void {
  const [, classes, height, width] = logits.shape as [number, number, number, number];
  for (let row = 0; row < height; row++) {
    const position = (top + row) * picture.width + left;
    for (let col = 0; col < width; col++) counts[position + col] = (counts[position + col] as number) + 1;
    for (let k = 0; k < classes; k++) {
      const target = k * picture.height * picture.width + position;
      const source = (k * height + row) * width;
      for (let col = 0; col < width; col++) {
        sums[target + col] = (sums[target + col] as number) + (logits.data[source + col] as number);
      }
    }
  }
}

/**
 * The class with the highest score of every pixel, after bilinear interpolation of the scores to the wanted size.
 *
 * @param logits [1, K, h, w]
 * @param size height and width of the mask in pixels; the logits' own by default
 */
export function classMask(logits: NdArray, size?: { readonly height: number; readonly width: number }): Mask {
  const [, classes, fromHeight, fromWidth] = logits.shape as [number, number, number, number];
  const { height, width } = size ?? { height: fromHeight, width: fromWidth };
  const mask = new Uint16Array(height * width);
  const scores = new Float32Array(classes * fromWidth);
  const columns = linearSamples(fromWidth, width, false);
  for (const [row, sample] of linearSamples(fromHeight, height, false).entries()) {
    interpolateRow(logits, sample, scores);
    columns.forEach((column, col) => {
      mask[row * width + col] = bestClass(scores, classes, fromWidth, column);
    });
  }
  return { height, width, classes: mask };
}

function interpolateRow(logits: NdArray, sample: AxisSample, scores: Float32Array): void {
  const [, classes, height, width] = logits.shape as [number, number, number, number];
  scores.fill(0);
  for (const { index, weight } of sample) {
    for (let k = 0; k < classes; k++) {
      const source = (k * height + index) * width;
      for (let col = 0; col < width; col++) scores[k * width + col]! += weight * logits.data[source + col]!;
    }
  }
}

function bestClass(scores: Float32Array, classes: number, width: number, sample: AxisSample): number {
  let best = 0;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) {
    let score = 0;
    for (const { index, weight } of sample) score += weight * scores[k * width + index]!;
    if (score > bestScore) {
      best = k;
      bestScore = score;
    }
  }
  return best;
}

/**
 * The class that a model sees in a patch: the most frequent one among its pixels.
 *
 * @param logits [1, K, h, w] at image size
 * @param patch a patch of the grid
 * @param patchSize side of a patch in pixels
 */
export function classAt(logits: NdArray, patch: Point, patchSize: number): number {
  const { width, classes } = classMask(logits);
  const counts = new Map<number, number>();
  for (let row = patch.row * patchSize; row < (patch.row + 1) * patchSize; row++) {
    for (let col = patch.col * patchSize; col < (patch.col + 1) * patchSize; col++) {
      const found = classes[row * width + col]!;
      counts.set(found, (counts.get(found) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]![0];
}
