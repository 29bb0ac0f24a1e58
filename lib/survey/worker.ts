/** A process that measures pictures, one after the other, and keeps each in its journal before it takes the next. */
import sharp from "sharp";
import { SetrError } from "../errors";
import { type OpenOptions, openSetr, type Setr } from "../setr";
import type { SurveyImage } from "./images";
import { type Journal, openJournal } from "./journal";
import { type LoadedImage, loadImage } from "./loadImage";
import { measureImage } from "./measureImage";
import type { SurveySettings } from "./settings";
import type { SurveyRecord } from "./tables";

/** What a worker is told once, at its start. */
export interface WorkerTask {
  readonly folder: string;
  /** What the names of its parts begin with; no other worker's do. */
  readonly prefix: string;
  readonly weights: string;
  readonly open: OpenOptions;
  readonly settings: SurveySettings;
  /** Records after which a journal is closed. */
  readonly batch: number;
}

/** What it is asked: first to start, then pictures, and to end after the one in hand. */
export type WorkerRequest =
  | { readonly kind: "start"; readonly task: WorkerTask }
  | { readonly kind: "image"; readonly item: SurveyImage }
  | { readonly kind: "finish" };

/** What it answers; `part`: a journal is closed. */
export type WorkerReply =
  | { readonly kind: "ready"; readonly engine: string }
  | { readonly kind: "done"; readonly index: number; readonly failure?: string }
  | { readonly kind: "part"; readonly part: string }
  | { readonly kind: "error"; readonly code: string; readonly message: string };

interface Waiting {
  readonly item: SurveyImage;
  readonly loaded: Promise<LoadedImage>;
}

let task: WorkerTask;
let model: Setr;
let journal: Journal | undefined;
let parts = 0;
let finishing = false;
let turn: Promise<void> = Promise.resolve();

/** Resolves when the message is on its way. */
function reply(message: WorkerReply): Promise<void> {
  return new Promise((resolve) => void process.send!(message, () => resolve()));
}

async function start(given: WorkerTask): Promise<void> {
  task = given;
  sharp.concurrency(1);
  model = await openSetr(task.weights, { ...task.open, onProgress: () => {} }); // the survey has a bar
  await reply({ kind: "ready", engine: model.engineTitle });
}

/** Reading begins at once, beside what is computed; pictures that wait when the end is asked for are left out. */
function take(item: SurveyImage): void {
  const loaded = loadImage(item, model, task.settings);
  loaded.catch(() => undefined); // told by `measure`
  turn = turn.then(() => (finishing ? undefined : measure({ item, loaded }))).catch(fail);
}

async function measure({ item, loaded }: Waiting): Promise<void> {
  const record = await recordOf({ item, loaded });
  journal ??= openJournal(task.folder, `${task.prefix}-${parts++}`);
  journal.append(record);
  await reply({ kind: "done", index: item.index, ...("reason" in record ? { failure: record.reason } : {}) });
  if (journal.records >= task.batch) await endJournal();
}

async function recordOf({ item, loaded }: Waiting): Promise<SurveyRecord> {
  try {
    return await measureImage(model, await loaded, task.settings);
  } catch (error) {
    const code = error instanceof SetrError ? error.code : "unexpected";
    const reason = (error as Error).message.split("\n", 1)[0]!;
    return { index: item.index, image: item.name, code, reason };
  }
}

async function endJournal(): Promise<void> {
  const ended = journal;
  journal = undefined;
  await ended?.close();
  if (ended) await reply({ kind: "part", part: ended.part });
}

async function finish(): Promise<void> {
  finishing = true;
  await turn;
  await endJournal();
  await model?.close();
  process.disconnect();
}

function fail(error: Error): void {
  void reply({ kind: "error", code: error instanceof SetrError ? error.code : "worker", message: error.message });
}

process.on("SIGINT", () => {}); // a terminal sends it to all; the process that started this one says when to end
process.on("SIGTERM", () => {});
process.on("disconnect", () => process.exit());
process.on("message", (request: WorkerRequest) => {
  if (request.kind === "image") take(request.item);
  if (request.kind === "start") turn = start(request.task).catch(fail);
  if (request.kind === "finish") void finish().catch(fail);
});
