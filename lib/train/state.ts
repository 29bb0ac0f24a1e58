// P trainable values, S running statistics
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { readTensor } from "../checkpoint/readTensors";
import { openSafetensors, type SafetensorsFile } from "../checkpoint/safetensors";
import { writeSafetensors } from "../checkpoint/writeSafetensors";
import { TrainingError } from "../errors";
import { decayStart } from "./adamW";
import type { TrainingConfig } from "./config";
import type { Evaluation, TrainingHistory } from "./history";
import type { LearnerState } from "./learnerState";

/** A training as it lies on disk between two steps. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** Seconds spent so far, over all sittings. */
  readonly seconds: number;
  /** What computed, in words. */
  readonly engine: string;
  readonly history: TrainingHistory;
  readonly learner: LearnerState;
}

const VECTORS = ["parameters", "firstMoment", "secondMoment", "statistics"] as const;
const CONFIG = "setr.training.config";
const PROGRESS = "setr.training.progress";

/** Settings that may change between two sittings: they do not touch what is learned. */
const FREE: readonly string[] = ["evaluateEvery", "saveEvery", "heldOut"];

/** Whether a training of another length would have come to the same state: its learning rate had not begun to fall. */
function lengthIsFree(step: number, stored: unknown, { steps, optimiser }: TrainingConfig): boolean {
  return Math.min(decayStart(stored as number, optimiser), decayStart(steps, optimiser)) >= step;
}

/** Writes a training's state beside `path` and renames it into place. */
export async function writeTrainingState(path: string, config: TrainingConfig, state: TrainingState): Promise<void> {
  const { step, seconds, engine, history, learner } = state;
  const tensors = VECTORS.map((name) => {
    return { name, shape: [learner[name].length], dtype: "F32" as const, read: () => learner[name] };
  });
  const metadata = { [CONFIG]: JSON.stringify(config), [PROGRESS]: JSON.stringify({ step, seconds, engine, history }) };
  await writeSafetensors(path, tensors, metadata);
}

/**
 * Reads a training's state, if there is one.
 *
 * @param path as given to `writeTrainingState`
 * @param config must be the one of the state, but for how often it is evaluated and saved, and for the number of steps
 *   while the learning rate has not begun to fall in either
 * @throws TrainingError `other-training`, `not-a-state`; CheckpointError when the file is damaged
 */
export async function readTrainingState(path: string, config: TrainingConfig): Promise<TrainingState | undefined> {
  if (!existsSync(path)) return undefined;
  const file = await openSafetensors(path);
  const stored = parsed(path, file.metadata[CONFIG]) as Record<string, unknown>;
  const { step, seconds, engine, history } = parsed(path, file.metadata[PROGRESS]) as Omit<TrainingState, "learner">;
  const free = lengthIsFree(step, stored.steps, config) ? [...FREE, "steps"] : FREE;
  checkSame(path, stored, JSON.parse(JSON.stringify(config)), free);
  const losses = [...history.losses];
  return {
    step,
    seconds,
    engine,
    history: { losses, evaluations: history.evaluations.map(withNaN) },
    learner: await readVectors(file),
  };
}

/**
 * Checks that a state has as many values as its training.
 *
 * @param path where it was read from
 * @param lengths [P] and [S]
 * @throws TrainingError `not-a-state`
 */
export function checkLengths(
  path: string,
  state: LearnerState,
  lengths: { trainable: number; statistics: number },
): void {
  for (const name of VECTORS) {
    const expected = name === "statistics" ? lengths.statistics : lengths.trainable;
    const found = state[name].length;
    if (found === expected) continue;
    const message = `${path}: ${name}: expected ${expected} values as in the model, found ${found}`;
    throw new TrainingError("not-a-state", `${message} (restart, or name another output)`);
  }
}

function parsed(path: string, text: string | undefined): object {
  if (text === undefined) {
    throw new TrainingError("not-a-state", `${path}: expected the state of a training, found other tensors`);
  }
  try {
    return JSON.parse(text) as object;
  } catch {
    const found = `text that is no JSON: ${text.slice(0, 40)}`;
    throw new TrainingError("not-a-state", `${path}: expected the state of a training, found ${found}`);
  }
}

async function readVectors(file: SafetensorsFile): Promise<LearnerState> {
  const [parameters, firstMoment, secondMoment, statistics] = await Promise.all(
    VECTORS.map(async (name) => (await readTensor(file, name)).data),
  );
  return { parameters: parameters!, firstMoment: firstMoment!, secondMoment: secondMoment!, statistics: statistics! };
}

/** JSON has null for NaN. */
function withNaN(stored: Evaluation): Evaluation {
  const number = (value: number | null) => value ?? Number.NaN;
  return {
    ...stored,
    meanIoU: number(stored.meanIoU),
    iou: stored.iou.map(number),
    pixelAccuracy: number(stored.pixelAccuracy),
    neighbourSimilarity: number(stored.neighbourSimilarity),
    distanceCorrelation: number(stored.distanceCorrelation),
  };
}

function checkSame(
  path: string,
  stored: Record<string, unknown>,
  wanted: Record<string, unknown>,
  free: readonly string[],
): void {
  for (const key of new Set([...Object.keys(stored), ...Object.keys(wanted)])) {
    if (free.includes(key) || isDeepStrictEqual(stored[key], wanted[key])) continue;
    const [before, now] = [JSON.stringify(stored[key]), JSON.stringify(wanted[key])];
    const message = `${path}: expected a training with ${key} ${now ?? "left out"}, found one with ${before ?? "none"}`;
    throw new TrainingError("other-training", `${message} (restart, or name another output)`);
  }
}
