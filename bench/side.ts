import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** What a worker answers: the seconds of the task, measured in the worker, and whatever else the task gives. */
export interface Answer {
  readonly seconds: number;
  readonly [name: string]: unknown;
}

/** Largest memory of a process in bytes: resident (VmHWM), and the part that is not a mapped file (RssAnon). */
export interface Peak {
  readonly resident: number;
  readonly anonymous: number;
}

const SAMPLE_MILLISECONDS = 20;

/** A worker process, ours or PyTorch's; `close` must be called. */
export class Side {
  readonly #name: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  #sampling: NodeJS.Timeout | undefined;
  #anonymous = 0;

  constructor(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#name = name;
    this.#process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env });
    this.#process.stdin.on("error", () => {}); // the missing answer says it
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /**
   * Has the worker do one task.
   *
   * @throws Error with the worker's sentence when the task fails or the worker ends
   */
  async run(task: string, options: object = {}): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify({ task, ...options })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#name}, ${task}: expected an answer, found the end of the process`);
    const answer = JSON.parse(value) as Answer & { error?: string };
    if (answer.error !== undefined) throw new Error(`${this.#name}, ${task}: ${answer.error}`);
    return answer;
  }

  /** As `run`; gives the seconds alone. */
  async seconds(task: string, options: object = {}): Promise<number> {
    return (await this.run(task, options)).seconds;
  }

  /** From now on, looks every 20 ms how much memory is not a mapped file, which the system keeps no record of. */
  watchMemory(): void {
    this.#sampling ??= setInterval(() => this.#sample(), SAMPLE_MILLISECONDS);
  }

  /** The largest sizes so far: the resident one by the system's own record, the other one as far as it was watched. */
  peak(): Peak {
    this.#sample();
    return { resident: this.#bytes("VmHWM"), anonymous: this.#anonymous };
  }

  /** Resident bytes now. */
  resident(): number {
    return this.#bytes("VmRSS");
  }

  async close(): Promise<void> {
    clearInterval(this.#sampling);
    const { exitCode, signalCode } = this.#process;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.stdin.end();
    if (exitCode === null && signalCode === null) await ended;
  }

  #sample(): void {
    this.#anonymous = Math.max(this.#anonymous, this.#bytes("RssAnon"));
  }

  #bytes(name: string): number {
    try {
      const status = readFileSync(`/proc/${this.#process.pid}/status`, "utf8");
      return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
    } catch {
      return 0; // it has ended
    }
  }
}
