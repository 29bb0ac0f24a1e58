// K classes, H x W picture
import type { NdArray } from "./arrays";
import { EngineError } from "./errors";
import type { SetrConfig } from "./model/config";
import { type Region, regionPixels } from "./region";

/**
 * The probability of each class, by softmax over its scores, averaged over the pixels of a region.
 *
 * @param logits [1, K, H, W] at the model's image size
 * @param region part of the input
 * @param model anything with a model's configuration
 * @returns K values that sum to 1
 * @throws EngineError `input-shape`; AnalysisError `region`
 */
export function classProbabilities(
  logits: NdArray,
  region: Region,
  model: { readonly config: SetrConfig },
): Float32Array {
  const { numClasses: classes, imageHeight, imageWidth } = model.config;
  const pixels = imageHeight * imageWidth;
  if (logits.shape.join() !== [1, classes, imageHeight, imageWidth].join()) {
    const expected = `[1, ${classes}, ${imageHeight}, ${imageWidth}]`;
    throw new EngineError("input-shape", `logits: expected ${expected}, found [${logits.shape.join(", ")}]`);
  }
  const sums = new Float64Array(classes);
  const scores = new Float64Array(classes);
  let count = 0;
  regionPixels(region, model.config).forEach((inside, pixel) => {
    if (!inside) return;
    for (let k = 0; k < classes; k++) scores[k] = logits.data[k * pixels + pixel]!;
    addSoftmax(scores, sums);
    count++;
  });
  return Float32Array.from(sums, (sum) => sum / count);
}

function addSoftmax(scores: Float64Array, sums: Float64Array): void {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  powers.forEach((power, k) => {
    sums[k] = sums[k]! + power / total;
  });
}
