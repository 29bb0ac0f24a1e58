import { resolve } from "node:path";
import { SurveyError } from "../errors";
import { kubernetesManifest } from "../survey/kubernetes";
import { mergeSurvey, type SurveyStatus, surveyStatus } from "../survey/merge";
import { openSurvey } from "../survey/openSurvey";
import { planSurvey, type SurveyOptions } from "../survey/plan";
import type { SurveyMeasure } from "../survey/settings";
import { parseShard, WHOLE } from "../survey/shard";
import { type ArrayJob, slurmScript, submitSlurm } from "../survey/slurm";
import { runSurvey, type SurveyOutcome } from "../survey/survey";
import { hintsOf, type ModelOptions, posEmbedResizeOf } from "./options";
import { statusAfter } from "./statusAfter";
import { SUBMISSION } from "./surveyArguments";
import { surveyProgress } from "./surveyProgress";

/** Options of `setr survey`. */
export interface SurveyCommandOptions
  extends ModelOptions,
    Omit<SurveyOptions, keyof ModelOptions | "measures" | "numHeads" | "posEmbedResize"> {
  readonly measure: readonly string[];
  readonly jobs: number;
  readonly shard?: string;
  readonly submit?: "slurm" | "kubernetes";
  readonly array?: number;
  readonly sbatch?: string;
  readonly container?: string;
  readonly volume?: string;
  readonly dryRun?: boolean;
}

/** Tasks of a job, unless it is said. */
const TASKS = 4;

/** Measures every picture of a set, or submits the job that does. */
export async function surveyCommand(options: SurveyCommandOptions): Promise<void> {
  if (options.submit) return submit(options);
  const shard = options.shard === undefined ? WHOLE : parseShard(options.shard, process.env);
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    stop.abort();
    process.exitCode = statusAfter(signal);
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal); // a second one ends the process at once
  const progress = surveyProgress(process.stderr);
  try {
    const outcome = await runSurvey(surveyOptions(options), {
      jobs: options.jobs,
      shard,
      signal: stop.signal,
      onNote: (text) => console.error(text),
      onProgress: progress.update,
    });
    progress.end();
    await report(outcome, shard.count === 1);
  } finally {
    progress.end();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

/** How far the survey in a folder is. */
export async function surveyStatusCommand(folder: string): Promise<void> {
  printStatus(folder, await surveyStatus(folder));
}

/** One Parquet file for each table. */
export async function surveyMergeCommand(folder: string): Promise<void> {
  const status = await mergeSurvey(folder);
  printStatus(folder, status);
  await printScores(folder);
  if (status.failed > 0) throw failed(folder, status.failed);
}

function surveyOptions(options: SurveyCommandOptions): SurveyOptions {
  const measures = options.measure as readonly SurveyMeasure[]; // checked with the plan
  return { ...options, ...hintsOf(options), measures, posEmbedResize: posEmbedResizeOf(options) };
}

async function report(outcome: SurveyOutcome, isWhole: boolean): Promise<void> {
  const { folder, total, before, done, failed: failures, complete } = outcome;
  if (!complete) {
    console.error(
      `${folder}: stopped after ${before + done} of ${total} pictures; the same command goes on from there`,
    );
  } else {
    const earlier = before > 0 ? `, ${before} of them before` : "";
    console.log(`${folder}: ${before + done} of ${total} pictures${earlier}`);
    if (isWhole) await printScores(folder);
    else console.log(`when all shards are done: setr survey merge ${folder}`);
  }
  if (failures > 0) throw failed(folder, failures);
}

/** Of a shard, the failures are in that file once all are merged. */
function failed(folder: string, count: number): SurveyError {
  const found = `${count} that could not be measured (${folder}/failures.parquet says why)`;
  return new SurveyError("failures", `survey: expected every picture to be measured, found ${found}`);
}

function printStatus(folder: string, { total, done, failed: failures, missing }: SurveyStatus): void {
  console.log(`${folder}: ${done} of ${total} pictures, ${failures} failed, ${missing} missing`);
}

async function printScores(folder: string): Promise<void> {
  const survey = await openSurvey(folder);
  try {
    if (!survey.settings.measures.includes("iou")) return;
    const { meanIoU, pixelAccuracy } = await survey.iou();
    console.log(`mIoU: ${(100 * meanIoU).toFixed(2)} %`);
    console.log(`pixel accuracy: ${(100 * pixelAccuracy).toFixed(2)} %`);
  } finally {
    survey.close();
  }
}

async function submit(options: SurveyCommandOptions): Promise<void> {
  const job: ArrayJob = {
    command: [process.execPath, resolve(process.argv[1]!), ...withoutSubmission(process.argv.slice(2))],
    workingFolder: process.cwd(),
    out: options.out,
    tasks: options.array ?? TASKS,
    jobs: options.jobs,
  };
  if (options.submit === "kubernetes") {
    const { container, volume, dryRun } = options;
    if (!dryRun || container === undefined || volume === undefined) {
      const expected = "--dry-run, --container and --volume, and the manifest given to kubectl apply -f -";
      throw new SurveyError("kubernetes", `--submit kubernetes: expected ${expected}, found not all of them`);
    }
    process.stdout.write(kubernetesManifest(job, { container, volume }));
    return;
  }
  await planSurvey(surveyOptions(options)); // what is wrong is said here, not in the logs of the tasks
  const script = slurmScript(job, options.sbatch);
  if (options.dryRun) process.stdout.write(script);
  else console.log(`job ${await submitSlurm(script, job)}; when it is done: setr survey merge ${options.out}`);
}

/** The words that started this process, without those that submit. */
function withoutSubmission(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [name, value] = words[i]!.split("=", 2) as [string, string?];
    const option = SUBMISSION.find(({ long }) => long === name);
    if (option === undefined) kept.push(words[i]!);
    else if (option.required && value === undefined) i++;
  }
  return kept;
}
