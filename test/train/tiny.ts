import { sizeOf } from "../../lib/arrays";
import { startTfBackend, type TfBackendName } from "../../lib/engine/tfBackend";
import { parseConfig, type SetrConfig } from "../../lib/model/config";
import { randomStream } from "../../lib/random";
import { NO_AUXILIARY, parseTrainingConfig, type TrainingConfig } from "../../lib/train/config";
import type { Batch } from "../../lib/train/data";
import { layoutOf, lengthOf } from "../../lib/train/layout";
import { Learner } from "../../lib/train/learner";
import type { LearnerState } from "../../lib/train/learnerState";
import { trainingShapes } from "../../lib/train/outputs";
import { enginesHere } from "../engines";

/** The backends of TensorFlow.js that start here. */
export const BACKENDS = (await enginesHere())
  .filter((name) => name.startsWith("tfjs-"))
  .map((name) => name.slice("tfjs-".length) as TfBackendName);

/** A model that a step takes milliseconds for. */
export const TINY = {
  imageHeight: 32,
  imageWidth: 48,
  patchSize: 16,
  embedDim: 6,
  depth: 3,
  numHeads: 2,
  mlpDim: 11,
  decoder: { type: "pup", channels: 5, order: "official" },
};

/** A training of a few steps on drawn scenes, as JSON. */
export const TINY_TRAINING = {
  model: TINY,
  data: { type: "scenes", firstSeed: 100, heldOutSeed: 0 },
  seed: 3,
  steps: 5,
  batchSize: 2,
  optimiser: { learningRate: 0.01, warmupSteps: 2, weightDecay: 0.05, beta1: 0.9, beta2: 0.99, clipNorm: 1 },
  auxiliary: { layers: [1, 3], channels: 7, weight: 0.4, labelStride: 4 },
  heldOut: 3,
  evaluateEvery: 2,
  saveEvery: 2,
};

/** The configuration of a few steps, with some fields changed. */
export function tinyTraining(changes: object = {}): TrainingConfig {
  return parseTrainingConfig({ ...TINY_TRAINING, ...changes });
}

/** The tiny model with a number of classes. */
export function tinyModel(numClasses: number, changes: object = {}): SetrConfig {
  return parseConfig({ ...TINY, numClasses, normalisation: "imagenet", ...changes });
}

/** A learner with values that make every part of the model matter, as large as in a trained one. */
export async function livelyLearner(backendName: TfBackendName, model: SetrConfig, config: TrainingConfig) {
  const backend = await startTfBackend(backendName);
  const layout = layoutOf(trainingShapes(model, config.auxiliary ?? NO_AUXILIARY));
  const length = lengthOf(layout.trainable);
  const random = randomStream(7);
  const state: LearnerState = {
    parameters: Float32Array.from({ length }, () => 0.2 * random.normal()),
    firstMoment: new Float32Array(length),
    secondMoment: new Float32Array(length),
    statistics: new Float32Array(lengthOf(layout.statistics)).fill(1),
  };
  for (const { name, offset, size } of layout.trainable) {
    if (/(norm\d?|syncbn_fc_\d)\.weight$/.test(name)) state.parameters.fill(1.1, offset, offset + size);
  }
  const learner = (from: LearnerState) => new Learner(backend, model, config, layout, from);
  return { backend, layout, state, learner };
}

/** Pictures of waves with labels of stripes; every seventh pixel does not count. */
export function wavyBatch(model: SetrConfig, pictures: number): Batch {
  const { imageHeight, imageWidth, numClasses } = model;
  const shape = [pictures, 3, imageHeight, imageWidth];
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i / 3) + Math.cos(i / 101));
  const labels = Int32Array.from({ length: pictures * imageHeight * imageWidth }, (_, i) => {
    return i % 7 === 0 ? -1 : Math.floor(i / 5) % numClasses;
  });
  return { pixels: { shape, data }, labels };
}
