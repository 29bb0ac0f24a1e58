import type { NdArray } from "../arrays";
import { startTfBackend, type TfBackend } from "../engine/tfBackend";
import type { SetrConfig } from "../model/config";
import { NO_AUXILIARY, type TrainingConfig } from "./config";
import type { TrainingData } from "./data";
import { dataSource } from "./dataSource";
import type { Evaluation, TrainingHistory } from "./history";
import { initialVector, type Layout, layoutOf, lengthOf } from "./layout";
import { Learner } from "./learner";
import type { LearnerState, LearnerStep } from "./learnerState";
import { OpenedTraining } from "./openedTraining";
import { trainingShapes } from "./outputs";
import { checkHeldOutSeeds } from "./sceneData";
import { givenParameters, type StartingPoint, startingPoint } from "./startingPoint";
import { checkLengths, readTrainingState, type TrainingState } from "./state";

/** How to open a training. */
export interface TrainingOptions {
  /** A backend of TensorFlow.js; the first that starts by default. */
  readonly backend?: "tensorflow" | "wasm";
  /** State to go on from, where there is such a file. */
  readonly state?: string;
  /** Most pictures that an evaluation will hold out; the configuration's `heldOut` by default. */
  readonly mostHeldOut?: number;
}

/** One step of a training. */
export interface TrainingStep extends LearnerStep {
  /** Number of the step, from 1. */
  readonly step: number;
  /** Seconds it took, data included. */
  readonly seconds: number;
}

/** A training between two steps. */
export interface Training {
  readonly config: TrainingConfig;
  /** The model that is trained. */
  readonly model: SetrConfig;
  /** What computes, in words. */
  readonly engineTitle: string;
  readonly data: TrainingData;
  /** One sentence for each thing worth knowing about the start. */
  readonly notes: readonly string[];
  /** Steps done. */
  readonly step: number;
  /** Seconds of learning and evaluating, over all sittings. */
  readonly seconds: number;
  /** Losses and evaluations so far, over all sittings. */
  readonly history: TrainingHistory;
  /**
   * One step. When it throws, nothing has changed; but where the cell of a notebook is interrupted, the step under way counts.
   *
   * @throws TrainingError `not-finite` when a loss or the gradient is no number; `finished` after the last step; what the
   *   data throws; the reason of the cell's signal
   */
  next(): Promise<TrainingStep>;
  /**
   * Segments held-out pictures and looks at the position embeddings; adds the result to the history.
   *
   * @param pictures how many; the configuration's `heldOut` by default
   * @param signal stops between two batches, as interrupting the cell of a notebook does too; the history stays as it is
   * @throws the signal's reason; what the data throws
   */
  evaluate(pictures?: number, signal?: AbortSignal): Promise<Evaluation>;
  /** The position embeddings as they are now, class token first: [1, 1 + P, C]. */
  posEmbed(): Promise<NdArray>;
  /** Writes everything that the next step follows from; see `TrainingOptions.state`. */
  saveState(path: string): Promise<void>;
  /**
   * Writes the model without its auxiliary heads as a checkpoint.
   *
   * @param path .safetensors file to create or replace
   * @param dtype stored type
   * @param metadata strings for the file
   * @throws CheckpointError `half-range` when a value is beyond what half precision can hold
   */
  exportWeights(path: string, dtype: "F32" | "F16", metadata: Readonly<Record<string, string>>): Promise<void>;
  /** Gives back the backend's memory and ends what draws or reads ahead. */
  close(): Promise<void>;
}

/**
 * Opens a training: from its saved state where there is one, from a checkpoint or at random otherwise.
 *
 * @param config see `TrainingConfig`
 * @throws TrainingError, CheckpointError, ConfigError, EngineError with one sentence each
 */
export async function openTraining(config: TrainingConfig, options: TrainingOptions = {}): Promise<Training> {
  if (config.data.type === "scenes") {
    checkHeldOutSeeds(config.data, config, Math.max(config.heldOut, options.mostHeldOut ?? 0));
  }
  const state = options.state === undefined ? undefined : await readTrainingState(options.state, config);
  const { classes, open } = dataSource(config);
  const start = await startingPoint(config, classes.length);
  const shapes = trainingShapes(start.model, config.auxiliary ?? NO_AUXILIARY);
  const layout = layoutOf(shapes);
  const lengths = { trainable: lengthOf(layout.trainable), statistics: lengthOf(layout.statistics) };
  if (state) checkLengths(options.state!, state.learner, lengths);
  const { values, fresh } = state ? { values: new Map(), fresh: [] } : await givenParameters(start, shapes);
  const data = await open(start.model);
  const backend = await startTfBackend(options.backend);
  const learnerState = state?.learner ?? initialState(layout, config.seed, values);
  const learner = new Learner(backend, start.model, config, layout, learnerState);
  const notes = notesOf(start, state, fresh, backend);
  return new OpenedTraining({ config, model: start.model, backend, data, layout, learner, notes, state });
}

function initialState(layout: Layout, seed: number, given: ReadonlyMap<string, NdArray>): LearnerState {
  const length = lengthOf(layout.trainable);
  return {
    parameters: initialVector(layout.trainable, seed, given),
    firstMoment: new Float32Array(length),
    secondMoment: new Float32Array(length),
    statistics: initialVector(layout.statistics, seed, given),
  };
}

function notesOf(
  { weights }: StartingPoint,
  state: TrainingState | undefined,
  fresh: readonly string[],
  { title }: TfBackend,
): string[] {
  const notes = [...(weights?.notes ?? [])];
  if (weights && !state) notes.push(`begin at random: ${fresh.length > 0 ? fresh.join(", ") : "none"}`);
  if (state && state.engine !== title) {
    notes.push(`state: computed by ${state.engine} so far, now by ${title}; rounding may differ`);
  }
  return notes;
}
