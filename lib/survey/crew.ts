import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { SurveyError } from "../errors";
import type { SurveyImage } from "./images";
import type { WorkerReply, WorkerRequest, WorkerTask } from "./worker";

/** Pictures that a worker has at most: one that is measured, and two that are read ahead. */
const IN_HAND = 3;

/**
 * Keeps a worker's memory flat: by default its heap's young part and its allocator's arenas grow for as long as it works. Its
 * small heap is cleared by its own thread: helpers would take their time from the other workers.
 */
const FRUGAL = {
  execArgv: ["--max-semi-space-size=4", "--single-threaded-gc"],
  env: { MALLOC_ARENA_MAX: "2", ...process.env },
};

/** What happens while pictures are measured. */
export interface CrewEvents {
  onReady(engine: string): void;
  /** A picture is in a journal. */
  onDone(index: number, failure?: string): void;
  /** A journal is closed. */
  onPart(part: string): void;
  /** A worker died over a picture, which is to be kept as a failure; its journals begin with its prefix. */
  onDeath(item: SurveyImage, reason: string, prefix: string): void;
}

/** What a crew works on. */
export interface CrewWork {
  readonly items: Iterator<SurveyImage>;
  readonly task: Omit<WorkerTask, "prefix">;
  /** Begins the names of all journals. */
  readonly prefix: string;
  readonly events: CrewEvents;
}

interface Worker {
  readonly child: ChildProcess;
  readonly prefix: string;
  /** What it was given and has not answered, the one that it measures first. */
  readonly given: SurveyImage[];
  ready: boolean;
  finishing: boolean;
}

/** Worker processes that measure pictures; one that dies takes one picture with it, which counts as failed, and is replaced. */
export class Crew {
  private readonly work: CrewWork;
  private readonly workers = new Set<Worker>();
  private readonly returned: SurveyImage[] = [];
  private started = 0;
  private stopping = false;
  private failure: Error | undefined;
  private onEnd: (() => void) | undefined;

  constructor(work: CrewWork) {
    this.work = work;
  }

  /**
   * Measures all pictures, or until `stop`.
   *
   * @param jobs number of processes
   * @throws SurveyError `worker` when one cannot start, or the code of what kept it from starting
   */
  async run(jobs: number): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.onEnd = resolve;
    });
    for (let i = 0; i < jobs; i++) this.start();
    await ended;
    if (this.failure) throw this.failure;
  }

  /** Lets each worker finish the picture in its hands and then end. */
  stop(): void {
    this.stopping = true;
    for (const worker of this.workers) this.fill(worker);
  }

  private start(): void {
    const { task } = this.work;
    const prefix = `${this.work.prefix}-${this.started++}`;
    const child = fork(programPath(), { stdio: ["ignore", "ignore", "inherit", "ipc"], ...FRUGAL });
    const worker: Worker = { child, prefix, given: [], ready: false, finishing: false };
    this.workers.add(worker);
    child.on("message", (reply: WorkerReply) => this.onReply(worker, reply));
    child.on("error", (error) => {
      this.fail(new SurveyError("worker", `worker: cannot be run (${error.message})`));
      if (child.pid === undefined) this.onExit(worker, "no process"); // then nothing else tells that it ended
    });
    child.on("close", (code, signal) => this.onExit(worker, signal ?? `exit code ${code}`)); // all is heard
    send(worker, { kind: "start", task: { ...task, prefix } });
  }

  /** Gives a worker what it can hold, or lets it end when nothing is left for it. */
  private fill(worker: Worker): void {
    if (worker.finishing) return;
    while (worker.ready && worker.given.length < IN_HAND) {
      const item = this.next();
      if (!item) break;
      worker.given.push(item);
      send(worker, { kind: "image", item });
    }
    const isIdle = worker.ready && worker.given.length === 0;
    if (!this.stopping && !isIdle) return;
    worker.finishing = true;
    send(worker, { kind: "finish" });
  }

  private next(): SurveyImage | undefined {
    if (this.stopping) return undefined;
    return this.returned.shift() ?? (this.work.items.next().value as SurveyImage | undefined);
  }

  private onReply(worker: Worker, reply: WorkerReply): void {
    const { events } = this.work;
    if (reply.kind === "part") events.onPart(reply.part);
    else if (reply.kind === "error") {
      this.fail(new SurveyError(reply.code, reply.message));
      worker.child.kill("SIGKILL");
    } else {
      if (reply.kind === "ready") {
        worker.ready = true;
        events.onReady(reply.engine);
      } else {
        worker.given.shift();
        events.onDone(reply.index, reply.failure);
      }
      this.fill(worker);
    }
  }

  private onExit(worker: Worker, how: string): void {
    if (!this.workers.delete(worker)) return;
    const asAsked = worker.finishing && how === "exit code 0";
    const [lost, ...rest] = worker.given;
    if (lost && !asAsked && !this.failure) {
      this.tellDeath(lost, how, worker.prefix);
      this.returned.push(...rest);
      if (!this.stopping) this.start();
    } else if (!asAsked)
      this.fail(new SurveyError("worker", `worker: expected it to go on, found it ended with ${how}`));
    if (this.workers.size === 0) this.onEnd?.();
  }

  private tellDeath(lost: SurveyImage, how: string, prefix: string): void {
    try {
      this.work.events.onDeath(lost, `expected a process that measures it, found it ended with ${how}`, prefix);
    } catch (error) {
      this.fail(error as Error); // it cannot be kept: the disk is full
    }
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.stop();
  }
}

function send({ child }: Worker, request: WorkerRequest): void {
  if (child.connected) child.send(request, () => {}); // one that is gone is told by its exit
}

/** The compiled worker, also when this file itself runs uncompiled, as it does in tests. */
function programPath(): string {
  const compiled = join(__dirname, "..", "dist", "survey");
  return join(__filename.endsWith(".ts") ? compiled : __dirname, "worker.js");
}
