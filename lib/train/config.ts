import { readFile } from "node:fs/promises";
import { TrainingError } from "../errors";
import type { SetrConfig } from "../model/config";
import { trainingConfigSchema } from "./configSchema";

/** Auxiliary heads and the weight of their losses. */
export interface AuxiliaryLoss {
  /** Layers whose outputs they read, 1-based. */
  readonly layers: readonly number[];
  /** Channels of their hidden convolution. */
  readonly channels: number;
  /** Factor of the sum of their losses. */
  readonly weight: number;
  /** Their losses are taken on every n-th pixel of each row and column; 1, as in SETR, costs as much as the decoder. */
  readonly labelStride: number;
}

/** No auxiliary heads. */
export const NO_AUXILIARY: AuxiliaryLoss = { layers: [], channels: 1, weight: 0, labelStride: 1 };

/** AdamW with warm-up, decay and clipping of the gradient's norm. */
export interface OptimiserConfig {
  /** Reached at the end of the warm-up; 0.001 by default, as all of these hold when none is given. */
  readonly learningRate: number;
  /** Steps over which the learning rate rises evenly; 100. */
  readonly warmupSteps: number;
  /** Last steps, over which it falls to zero along half a cosine; all after the warm-up by default. */
  readonly decaySteps?: number;
  /** Decay of matrices and kernels, as a factor of the learning rate; 0.05. */
  readonly weightDecay: number;
  /** How slowly the mean of gradients moves, 0 to 1; 0.9. */
  readonly beta1: number;
  /** How slowly the mean of their squares moves, 0 to 1; 0.999. */
  readonly beta2: number;
  /** Longest gradient; longer ones are shortened to it; 1. */
  readonly clipNorm: number;
}

/** Scenes drawn while they are learned from; each seed is the first of a row. */
export interface ScenesConfig {
  readonly type: "scenes";
  /** Seed of the first scene that is learned from. */
  readonly firstSeed: number;
  /** Seed of the first scene that is held out; the two rows must not overlap. */
  readonly heldOutSeed: number;
  /**
   * Share of the scenes learned from that lie on their side, as a photograph whose orientation was lost; 0 by default. With
   * upright scenes alone, the sky above, a row says much about the classes in it and a column nothing. Pictures must be square.
   */
  readonly turned: number;
}

/** Pictures in a folder, and label PNGs of the same names in another. */
export interface FolderConfig {
  readonly type: "folder";
  /** Folders; relative paths begin at the working directory. */
  readonly images: string;
  readonly labels: string;
  readonly heldOutImages: string;
  readonly heldOutLabels: string;
  /** Names of the classes, by the grey value or palette index of the label PNGs. */
  readonly classes: readonly string[];
  /** Value of pixels that do not count; 255, unless that is a class, by default. */
  readonly ignoreLabel?: number;
  /** Whether 0 does not count either and classes begin at 1, as in ADE20K; false by default. */
  readonly reduceZeroLabel: boolean;
  /** Whether half of the pictures are turned left to right; true by default. */
  readonly mirror: boolean;
  /**
   * Smallest and largest factor of a picture's size, which is at first such that it just covers the model's; [1, 1] by default,
   * [0.5, 2] in SETR's recipe. What is too large is cut at random.
   */
  readonly scale?: readonly [number, number];
}

/** What is learned from. */
export type DataConfig = ScenesConfig | FolderConfig;

/** Everything that a training follows from; the same configuration on the same backend gives the same weights. */
export interface TrainingConfig {
  /** A checkpoint to start at. */
  readonly from?: string;
  /** What differs from its model, or from `pup-small` without one. */
  readonly model: Partial<Omit<SetrConfig, "numClasses" | "decoder">> & {
    readonly decoder?: Readonly<Record<string, unknown>>;
  };
  readonly data: DataConfig;
  /** Seed of what begins at random, and of the order and cuts of a folder's pictures; 1 by default. */
  readonly seed: number;
  readonly steps: number;
  /** Pictures in a step. */
  readonly batchSize: number;
  readonly optimiser: OptimiserConfig;
  /** Heads beside the decoder; none by default. */
  readonly auxiliary?: AuxiliaryLoss;
  /** Weight of a batch in the running statistics of batch normalisations; 0.1 by default. */
  readonly batchNormMomentum: number;
  /** Held-out pictures of an evaluation; 64 by default. */
  readonly heldOut: number;
  /** Steps between two evaluations; 500 by default. */
  readonly evaluateEvery: number;
  /** Steps between two saved states; 200 by default. */
  readonly saveEvery: number;
}

/**
 * Checks a training configuration that came from outside, and fills in what is left out.
 *
 * @param value anything, e.g. parsed JSON
 * @throws TrainingError `config-shape`
 */
export function parseTrainingConfig(value: unknown): TrainingConfig {
  const parsed = trainingConfigSchema.safeParse(value);
  if (parsed.success) return parsed.data as TrainingConfig;
  const issue = parsed.error.issues[0];
  throw new TrainingError(
    "config-shape",
    `training configuration: ${issue?.path.join(".") || "value"}: ${issue?.message}`,
  );
}

/**
 * Reads a training configuration from a JSON file.
 *
 * @throws TrainingError `not-found`, `not-json`, `config-shape`
 */
export async function readTrainingConfig(path: string): Promise<TrainingConfig> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) {
    throw new TrainingError("not-found", `${path}: expected a training configuration, found no such file`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TrainingError("not-json", `${path}: expected JSON, found ${(error as Error).message}`);
  }
  return parseTrainingConfig(value);
}
