import { z } from "zod";

const count = z.number().int().positive();
const fraction = z.number().min(0).lt(1);

const auxiliarySchema = z.strictObject({
  layers: z.array(count).max(24),
  channels: count,
  weight: z.number().min(0).max(10),
  labelStride: count,
});

const optimiserSchema = z.strictObject({
  learningRate: z.number().positive().max(1),
  warmupSteps: z.number().int().min(0),
  decaySteps: count.optional(),
  weightDecay: z.number().min(0).max(1),
  beta1: fraction,
  beta2: fraction,
  clipNorm: z.number().positive(),
});

const scale = z.number().min(0.1).max(10);
const scaleSchema = z
  .tuple([scale, scale])
  .refine(([least, most]) => least <= most, "expected the smallest scale first, found it last");

const dataSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("scenes"),
    firstSeed: z.number().int().min(0),
    heldOutSeed: z.number().int().min(0),
    turned: z.number().min(0).max(1).default(0),
  }),
  z.strictObject({
    type: z.literal("folder"),
    images: z.string().min(1),
    labels: z.string().min(1),
    heldOutImages: z.string().min(1),
    heldOutLabels: z.string().min(1),
    classes: z.array(z.string().min(1)).min(1).max(65_535),
    ignoreLabel: z.number().int().min(0).max(65_535).optional(),
    reduceZeroLabel: z.boolean().default(false),
    mirror: z.boolean().default(true),
    scale: scaleSchema.optional(),
  }),
]);

const modelSchema = z.strictObject({
  imageHeight: count.optional(),
  imageWidth: count.optional(),
  patchSize: count.optional(),
  embedDim: count.optional(),
  depth: count.optional(),
  numHeads: count.optional(),
  mlpDim: count.optional(),
  decoder: z.record(z.string(), z.unknown()).optional(),
  normalisation: z.enum(["imagenet", "half"]).optional(),
});

/** The shape of a training configuration as JSON. */
export const trainingConfigSchema = z.strictObject({
  from: z.string().min(1).optional(),
  model: modelSchema.default({}),
  data: dataSchema,
  seed: z.number().int().min(0).default(1),
  steps: count,
  batchSize: count.max(4096),
  optimiser: optimiserSchema.prefault({
    learningRate: 1e-3,
    warmupSteps: 100,
    weightDecay: 0.05,
    beta1: 0.9,
    beta2: 0.999,
    clipNorm: 1,
  }),
  auxiliary: auxiliarySchema.optional(),
  batchNormMomentum: z.number().gt(0).max(1).default(0.1),
  heldOut: count.default(64),
  evaluateEvery: count.default(500),
  saveEvery: count.default(200),
});
