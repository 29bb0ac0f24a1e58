// K classes, h x w scores, H x W picture
import type { NdArray } from "../arrays";
import { linearSamples } from "../interpolation";

/** The scores of one pass over a picture. */
export interface Scores {
  /** [1, K, h, w] */
  readonly logits: NdArray;
  /** Whether the picture was mirrored. */
  readonly mirrored: boolean;
}

/** What is found in a picture. */
export interface Prediction {
  /** Class of every pixel, row-major. */
  readonly classes: Uint16Array;
  /** Mean probability of every class in every pixel, [K, H, W]. */
  readonly probabilities: Float32Array;
}

/**
 * The class of every pixel, from the mean of the probabilities of all passes.
 *
 * Scores are interpolated (bilinear, corners not aligned) to the picture's size and become probabilities by softmax; these
 * are averaged, turned back where the picture was mirrored, and the most probable class is taken, the first of equals.
 *
 * @param passes at least one; taken one after the other, so that only one pass's scores need be in memory
 * @param size H and W of the picture
 * @param classes K
 * @returns the prediction
 * Source: mmsegmentation, EncoderDecoder.inference and aug_test, which average probabilities, not scores.
 */
export async function predict(
  passes: Iterable<Promise<Scores>> | AsyncIterable<Scores>,
  { height, width }: { readonly height: number; readonly width: number },
  classes: number,
): Promise<Prediction> {
  const sums = new Float32Array(classes * height * width);
  let count = 0;
  for await (const pass of passes) {
    addProbabilities(sums, pass, height, width);
    count++;
  }
  for (let i = 0; i < sums.length; i++) sums[i]! /= count;
  return { classes: mostProbable(sums, height * width), probabilities: sums };
}

function addProbabilities(sums: Float32Array, { logits, mirrored }: Scores, height: number, width: number): void {
  const [, classes, fromHeight, fromWidth] = logits.shape as [number, number, number, number];
  const pixels = height * width;
  const columns = linearSamples(fromWidth, width, false);
  const blended = new Float64Array(classes * fromWidth);
  const scores = new Float64Array(classes);
  for (const [row, sample] of linearSamples(fromHeight, height, false).entries()) {
    blended.fill(0);
    for (const { index, weight } of sample) {
      for (let k = 0; k < classes; k++) {
        const source = (k * fromHeight + index) * fromWidth;
        for (let col = 0; col < fromWidth; col++) blended[k * fromWidth + col]! += weight * logits.data[source + col]!;
      }
    }
    for (let col = 0; col < width; col++) {
      softmax(blended, columns[col]!, fromWidth, scores);
      const target = row * width + (mirrored ? width - 1 - col : col);
      for (let k = 0; k < classes; k++) sums[k * pixels + target]! += scores[k]!;
    }
  }
}

/** Probabilities of one pixel, from the scores of a row between its columns. */
function softmax(
  row: Float64Array,
  column: readonly { index: number; weight: number }[],
  width: number,
  into: Float64Array,
): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < into.length; k++) {
    let score = 0;
    for (let i = 0; i < column.length; i++) score += column[i]!.weight * row[k * width + column[i]!.index]!;
    into[k] = score;
    if (score > largest) largest = score;
  }
  let total = 0;
  for (let k = 0; k < into.length; k++) {
    into[k] = Math.exp(into[k]! - largest);
    total += into[k]!;
  }
  for (let k = 0; k < into.length; k++) into[k]! /= total;
}

function mostProbable(probabilities: Float32Array, pixels: number): Uint16Array {
  const found = new Uint16Array(pixels);
  for (let k = 1; k < probabilities.length / pixels; k++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      if (probabilities[k * pixels + pixel]! > probabilities[found[pixel]! * pixels + pixel]!) found[pixel] = k;
    }
  }
  return found;
}
