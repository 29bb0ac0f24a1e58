import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { workSignal } from "../cellSignal";
import { SurveyError } from "../errors";
import { resolveWeights } from "../paths";
import { withProgress } from "../progress";
import { Crew, type CrewEvents } from "./crew";
import { openDatabase } from "./database";
import type { SurveyImage } from "./images";
import { type Journal, openJournal } from "./journal";
import { finishedImages, mergeComplete, mergeTables } from "./merge";
import { journalParts, type SurveyFiles, writePart } from "./parts";
import { engineOf, planSurvey, type SurveyOptions } from "./plan";
import { claimFolder } from "./settings";
import { type Shard, shardName, WHOLE } from "./shard";
import { FAILURES } from "./tables";
import type { WorkerTask } from "./worker";

/** Records of a batch: as many as a worker measures before they become Parquet files. */
const BATCH = 100;

/** How a survey goes. */
export interface SurveyProgress {
  /** Pictures of this shard, of these done before and now, and failed now. */
  readonly total: number;
  readonly before: number;
  readonly done: number;
  readonly failed: number;
}

/** How a survey is run. */
export interface SurveyRunOptions {
  /** Processes; 1 by default. */
  readonly jobs?: number;
  /** The part of the pictures to do; all by default. */
  readonly shard?: Shard;
  /** Records after which a worker's journal becomes Parquet files; 100 by default. */
  readonly batch?: number;
  /** Called when something is known of the engine or the model. */
  readonly onNote?: (text: string) => void;
  /** Told how far it is; by default that is shown where it takes long. */
  readonly onProgress?: (progress: SurveyProgress) => void;
  /** Ends the survey after the pictures in hand, with everything that is done written; interrupting the cell of a notebook does so too. */
  readonly signal?: AbortSignal;
}

/** How a survey ended. */
export interface SurveyOutcome extends SurveyProgress {
  readonly folder: string;
  /** False when pictures of this shard are left to do. */
  readonly complete: boolean;
}

/**
 * Measures every picture of a set, in several processes, and keeps the results as Parquet files.
 *
 * What a folder holds is not measured again; pictures that failed are tried again. Killed at any moment, a survey loses
 * at most the pictures in hand: the system has every result in a journal before the next picture begins. When the machine
 * itself stops, the last ones may be lost too, as the disk takes journals beside the work; they are measured again.
 *
 * @param options what to measure
 * @param run processes, shard, progress
 * @throws SurveyError `settings` when the folder holds a survey with others, and as `planSurvey`; `jobs`
 */
export async function runSurvey(options: SurveyOptions, run: SurveyRunOptions = {}): Promise<SurveyOutcome> {
  const { jobs = 1, shard = WHOLE } = run;
  if (!Number.isInteger(jobs) || jobs < 1) {
    throw new SurveyError("jobs", `jobs: expected a whole number from 1, found ${jobs}`);
  }
  const { settings, images, weights } = await planSurvey(options);
  for (const note of weights.notes) run.onNote?.(note);
  await claimFolder(options.out, settings);
  const database = await openDatabase();
  try {
    const files = { folder: options.out, settings, database };
    await writeLeftOver(files, shard);
    const mine = images.filter(({ index }) => index % shard.count === shard.index);
    const finished = await finishedImages(files);
    const missing = mine.filter(({ index }) => !finished.done.has(index));
    const counts = await shown(run, (told) => measureMissing(files, missing, mine.length, options, told));
    const complete = counts.before + counts.done + counts.failed === counts.total;
    if (shard.count === 1) await (complete ? mergeComplete(files) : mergeTables(files, [FAILURES]));
    return { folder: options.out, complete, ...counts };
  } finally {
    database.close();
  }
}

/** Does the work with the caller's signal or the cell's, and with progress for whoever wants it. */
function shown(
  { onProgress, signal, ...run }: SurveyRunOptions,
  work: (run: SurveyRunOptions) => Promise<SurveyProgress>,
): Promise<SurveyProgress> {
  const stop = workSignal(signal);
  const heard = { ...run, ...(stop && { signal: stop }) };
  if (onProgress) return work({ ...heard, onProgress });
  return withProgress("Pictures", undefined, (tell) =>
    work({ ...heard, onProgress: ({ total, before, done, failed }) => tell(before + done + failed, total) }),
  );
}

/** Writes what an earlier process of this shard left in journals; those of other shards may be in use. */
async function writeLeftOver(files: SurveyFiles, shard: Shard): Promise<void> {
  for (const part of await journalParts(files.folder)) {
    if (part.startsWith(`${shardName(shard)}-`)) await writePart(files, part);
  }
}

async function measureMissing(
  files: SurveyFiles,
  missing: readonly SurveyImage[],
  total: number,
  options: SurveyOptions,
  run: SurveyRunOptions,
): Promise<SurveyProgress> {
  const { jobs = 1, shard = WHOLE, signal } = run;
  const counts = { total, before: total - missing.length, done: 0, failed: 0 };
  const prefix = `${shardName(shard)}-${randomBytes(5).toString("hex")}`;
  const writer = partWriter(files, prefix);
  const task = workerTask(options, files, jobs, run.batch ?? BATCH);
  const events = crewEvents(counts, writer, run);
  const crew = new Crew({ items: missing[Symbol.iterator](), prefix, task, events });
  const stop = () => crew.stop();
  run.onProgress?.({ ...counts });
  try {
    if (missing.length === 0 || signal?.aborted) return counts;
    signal?.addEventListener("abort", stop, { once: true });
    await crew.run(Math.min(jobs, missing.length));
  } finally {
    signal?.removeEventListener("abort", stop);
    await writer.end();
  }
  return counts;
}

/** Counts, writes and tells what the crew does. */
function crewEvents(
  counts: { done: number; failed: number } & SurveyProgress,
  writer: ReturnType<typeof partWriter>,
  { onNote, onProgress }: SurveyRunOptions,
): CrewEvents {
  let engine: string | undefined;
  const count = (failure: string | undefined) => {
    if (failure === undefined) counts.done++;
    else counts.failed++;
    onProgress?.({ ...counts });
  };
  return {
    onReady(title) {
      if (engine === undefined) onNote?.(`engine: ${title}`);
      engine = title;
    },
    onDone: (_, failure) => count(failure),
    onPart: writer.write,
    onDeath(item, reason, worker) {
      writer.fail({ index: item.index, image: item.name, code: "worker", reason });
      writer.writeAll(`${worker}-`);
      count(reason);
    },
  };
}

function workerTask(
  options: SurveyOptions,
  files: SurveyFiles,
  jobs: number,
  batch: number,
): Omit<WorkerTask, "prefix"> {
  const { numHeads = null, normalisation = null, imageSize = null, posEmbedResize } = options;
  const cores = Number(process.env.SLURM_CPUS_PER_TASK) || availableParallelism();
  const threads = Math.max(1, Math.floor(cores / jobs));
  const resize = posEmbedResize === undefined ? {} : { posEmbedResize };
  const open = { numHeads, normalisation, imageSize, threads, engine: engineOf(options), ...resize };
  return { folder: files.folder, weights: resolveWeights(options.weights), open, settings: files.settings, batch };
}

/** Turns closed journals into Parquet files, one after the other, and keeps failures of which no worker can tell. */
function partWriter(files: SurveyFiles, prefix: string) {
  let turn: Promise<unknown> = Promise.resolve();
  let failures: Journal | undefined;
  const later = (work: () => Promise<unknown>) => {
    turn = turn.then(work);
    turn.catch(() => undefined); // told by `end`
  };
  return {
    write: (part: string) => later(() => writePart(files, part)),
    writeAll: (start: string) =>
      later(async () => {
        for (const part of await journalParts(files.folder)) if (part.startsWith(start)) await writePart(files, part);
      }),
    fail(record: Parameters<Journal["append"]>[0]) {
      failures ??= openJournal(files.folder, `${prefix}-failures`);
      failures.append(record);
    },
    async end() {
      await failures?.close();
      if (failures) await turn.then(() => writePart(files, failures!.part));
      await turn;
    },
  };
}
