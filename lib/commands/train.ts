import { existsSync, constants as permissions } from "node:fs";
import { access, mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { METADATA } from "../checkpoint/metadata";
import type { TfBackendName } from "../engine/tfBackend";
import { TrainingError } from "../errors";
import { saveFigure } from "../figure/save";
import { trainingCurves } from "../figure/trainingCurves";
import { readTrainingConfig } from "../train/config";
import type { Evaluation } from "../train/history";
import { openTraining, type Training } from "../train/training";
import { version } from "../version";
import { statusAfter } from "./statusAfter";
import { type TrainingProgress, trainingProgress } from "./trainProgress";

/** Options of `setr train`. */
export interface TrainCommandOptions {
  readonly config: string;
  readonly out: string;
  readonly engine: "tfjs" | "tfjs-tensorflow" | "tfjs-wasm";
  readonly restart?: boolean;
  readonly dtype: "f32" | "f16";
  readonly finalHeldOut?: number;
}

const BACKENDS: Readonly<Record<TrainCommandOptions["engine"], TfBackendName | undefined>> = {
  tfjs: undefined,
  "tfjs-tensorflow": "tensorflow",
  "tfjs-wasm": "wasm",
};

/** Trains to the end, or until interrupted; the state beside the output is gone on from next time. */
export async function trainCommand(options: TrainCommandOptions): Promise<void> {
  if (!options.out.endsWith(".safetensors")) {
    throw new TrainingError("out", `--out: expected a name that ends in .safetensors, found ${options.out}`);
  }
  const config = await readTrainingConfig(options.config);
  await checkWritable(options.out);
  const files = filesOf(options.out);
  const backend = BACKENDS[options.engine];
  const training = await openTraining(config, {
    ...(options.restart ? {} : { state: files.state }),
    ...(backend ? { backend } : {}),
    ...(options.finalHeldOut ? { mostHeldOut: options.finalHeldOut } : {}),
  });
  try {
    if (options.restart) await rm(files.state, { force: true });
    for (const note of training.notes) console.error(note);
    console.error(`engine: ${training.engineTitle}`);
    console.error(`data: ${training.data.description}`);
    if (training.step > 0) console.error(`${files.state}: going on after step ${training.step}`);
    if (!(await trainToEnd(training, files))) return;
    await finish(training, options);
  } finally {
    await training.close();
  }
}

/** What lies beside the weights. */
interface TrainingFiles {
  /** Goes on from here. */
  readonly state: string;
  /** How the training went so far: without its ending, `.svg` at every evaluation, `.png` at the end. */
  readonly curves: string;
}

function filesOf(out: string): TrainingFiles {
  const stem = out.replace(/\.safetensors$/, "");
  return { state: `${stem}.state.safetensors`, curves: `${stem}.curves` };
}

/** Refuses an output that could not be written when all has been computed. */
async function checkWritable(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new TrainingError("out", `--out: expected a file to write, found the folder ${path}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await access(dirname(path), permissions.W_OK);
  } catch (error) {
    const message = `expected a folder that can be written to, found ${dirname(path)} (${(error as Error).message})`;
    throw new TrainingError("out", `--out: ${message}`);
  }
}

/** @returns whether the last step was done; false when interrupted, the state then being saved */
async function trainToEnd(training: Training, files: TrainingFiles): Promise<boolean> {
  const { steps, saveEvery } = training.config;
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    stop.abort();
    process.exitCode = statusAfter(signal);
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal); // a second one ends the process at once
  const progress = trainingProgress(process.stderr, training);
  try {
    await evaluateIfDue(training, files, progress, stop.signal); // where an interrupt came before it
    while (training.step < steps && !stop.signal.aborted) {
      progress.onStep(await nextStep(training, files.state));
      await evaluateIfDue(training, files, progress, stop.signal);
      const last = training.step === steps;
      if (training.step % saveEvery === 0 || last || stop.signal.aborted) await training.saveState(files.state);
    }
  } finally {
    progress.end();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
  if (!stop.signal.aborted) return true;
  console.error(`${files.state}: stopped after step ${training.step} of ${steps}; the same command goes on from there`);
  return false;
}

/** Evaluates in the configured rhythm; an interrupt leaves it for the next time. */
async function evaluateIfDue(
  training: Training,
  files: TrainingFiles,
  progress: TrainingProgress,
  signal: AbortSignal,
): Promise<void> {
  const { step, history, config } = training;
  const isDue = step > 0 && step < config.steps && step % config.evaluateEvery === 0;
  if (!isDue || signal.aborted || history.evaluations.at(-1)?.step === step) return;
  try {
    progress.onEvaluation(await training.evaluate(config.heldOut, signal));
    await saveCurves(training, `${files.curves}.svg`);
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
}

async function nextStep(training: Training, statePath: string) {
  try {
    return await training.next();
  } catch (error) {
    if (!(error instanceof TrainingError) || error.code !== "not-finite") throw error;
    const kept = existsSync(statePath) ? `; ${statePath} holds the last saved state` : "; no state had been saved yet";
    throw new TrainingError("not-finite", `${error.message}${kept}`);
  }
}

async function finish(training: Training, { out, dtype, finalHeldOut }: TrainCommandOptions): Promise<void> {
  const evaluation = await training.evaluate(finalHeldOut);
  await training.exportWeights(out, dtype === "f16" ? "F16" : "F32", weightsMetadata(training, evaluation));
  printEvaluation(training, evaluation);
  const { curves } = filesOf(out);
  for (const format of ["svg", "png"]) await saveCurves(training, `${curves}.${format}`);
  console.log(out);
}

async function saveCurves({ history, config, engineTitle }: Training, path: string): Promise<void> {
  const steps = `${history.losses.length} of ${config.steps} steps of ${config.batchSize} pictures`;
  await saveFigure(trainingCurves(history, { recipe: { training: steps, engine: engineTitle } }), path);
}

function weightsMetadata({ config, model, data, seconds, engineTitle }: Training, evaluation: Evaluation) {
  const record = { config, evaluation, seconds: Math.round(seconds), engine: engineTitle, version };
  return {
    [METADATA.config]: JSON.stringify(model),
    [METADATA.trained]: "true",
    [METADATA.origin]: `setr train, ${config.steps} steps, ${data.description}`,
    [METADATA.classes]: JSON.stringify(data.classes),
    [METADATA.training]: JSON.stringify(record),
  };
}

function printEvaluation({ data }: Training, evaluation: Evaluation): void {
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  console.log(`held-out pictures: ${evaluation.pictures}`);
  console.log(`mIoU: ${percent(evaluation.meanIoU)}`);
  console.log(`pixel accuracy: ${percent(evaluation.pixelAccuracy)}`);
  data.classes.forEach((name, k) => {
    const value = evaluation.iou[k]!;
    console.log(`  ${name}: ${Number.isNaN(value) ? "does not occur" : percent(value)}`);
  });
  console.log(`position similarity of neighbours: ${evaluation.neighbourSimilarity.toFixed(3)}`);
  console.log(`correlation of position similarity with minus distance: ${evaluation.distanceCorrelation.toFixed(3)}`);
}
