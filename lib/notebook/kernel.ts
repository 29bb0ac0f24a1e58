import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Dealer, type Socket, Subscriber } from "zeromq";
import { NotebookError } from "../errors";
import { type Connection, createConnection, removeConnection } from "./connection";
import { type KernelEnd, type KernelProcess, spawnKernel } from "./kernelProcess";
import { createMessage, decodeMessage, encodeMessage, type Message } from "./message";

/** Where and how a kernel starts. */
export interface KernelOptions {
  /** Working directory of the kernel; imports of the cells are resolved from here. */
  readonly folder: string;
  /** Command of the kernel, with `{connection_file}` for the path of its connection file; the project's own by default. */
  readonly argv?: readonly string[];
  /** Variables added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Stops the start. */
  readonly signal?: AbortSignal;
}

/** How a cell is run. */
export interface ExecuteOptions {
  /** Receives every output message of the cell, also those that arrive after the cell has finished. */
  readonly onOutput: (message: Message) => void;
  /** Seconds the cell may take; default without limit. */
  readonly timeoutSeconds?: number;
  /** Stops the cell, and the kernel with it. */
  readonly signal?: AbortSignal;
}

/** The kernel's answer to a cell. */
export interface ExecuteReply {
  readonly status: "ok" | "error" | "aborted";
  /** 1-based number of the execution, when the kernel counted it. */
  readonly executionCount: number | null;
}

const START_ATTEMPTS = 3;
const START_SECONDS = 60;
const SHUTDOWN_GRACE_SECONDS = 3;
// Output that a dying kernel has sent is still on its way when the process is gone.
const DRAIN_MILLISECONDS = 150;

/**
 * Starts the project's own kernel and waits until it answers on all channels.
 *
 * @throws NotebookError `kernel-start` when it cannot be started, `kernel-timeout` when it does not answer in time,
 *   `kernel-died` when it ends while starting, `cancelled` when the signal stops the start
 */
export async function startKernel(options: KernelOptions): Promise<Kernel> {
  for (let attempt = 1; ; attempt++) {
    const connection = await createConnection();
    let kernel: Kernel | undefined;
    try {
      kernel = new Kernel(connection, options);
      await kernel.ready(options.signal);
      return kernel;
    } catch (error) {
      await kernel?.kill();
      removeConnection(connection);
      if (!kernel?.portTaken || attempt === START_ATTEMPTS) throw error;
    }
  }
}

/** A kernel process and the channels to it; `close` or `kill` must be called. */
export class Kernel {
  readonly #process: KernelProcess;
  readonly #key: string;
  readonly #session = randomUUID();
  readonly #shell = new Dealer({ linger: 0 });
  readonly #control = new Dealer({ linger: 0 });
  readonly #iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  readonly #listeners = new Map<string, (message: Message) => void>();
  readonly #failure: Promise<never>;
  #fail: (error: Error) => void = () => {};
  #closed = false;

  /** Use `startKernel`. */
  constructor(connection: Connection, options: KernelOptions) {
    this.#key = connection.key;
    this.#failure = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#failure.catch(() => {});
    this.#process = spawnKernel(connection, options.folder, { ...process.env, ...options.env }, options.argv);
    this.#shell.connect(connection.shellAddress);
    this.#control.connect(connection.controlAddress);
    this.#iopub.connect(connection.iopubAddress);
    this.#iopub.subscribe();
    for (const socket of [this.#shell, this.#control, this.#iopub]) this.#listen(socket);
    this.#watchProcess();
  }

  /** The last 4,096 characters that the kernel wrote to its own standard error, outside of cells. */
  get errorTail(): string {
    return this.#process.errorTail();
  }

  /** Whether the kernel reported that one of its ports was taken. */
  get portTaken(): boolean {
    return /EADDRINUSE|address already in use/i.test(this.errorTail);
  }

  /** Waits until the kernel answers and its output channel delivers; used by `startKernel`. */
  async ready(signal?: AbortSignal): Promise<void> {
    const message = `kernel: expected an answer within ${START_SECONDS} s of its start, found none`;
    const ports = setInterval(() => this.portTaken && this.#fail(portError()), 100);
    try {
      await this.#within(this.#ready(), START_SECONDS, new NotebookError("kernel-timeout", message), signal);
    } finally {
      clearInterval(ports);
    }
  }

  /**
   * Runs code and waits for both the reply and the end of its output.
   *
   * @param code TypeScript source of one cell
   * @throws NotebookError `kernel-died`, `cell-timeout` or `cancelled`; the kernel is of no further use then
   */
  async execute(code: string, options: ExecuteOptions): Promise<ExecuteReply> {
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
    const request = createMessage("execute_request", this.#session, { ...content, stop_on_error: true });
    const finished = this.#finished(request, options.onOutput);
    await this.#send(this.#shell, request);
    const late = new NotebookError("cell-timeout", `expected an end within ${options.timeoutSeconds} s, found none`);
    return await this.#within(finished, options.timeoutSeconds, late, options.signal);
  }

  /** Asks the kernel to end, kills it after 3 seconds, and removes its folder. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const request = createMessage("shutdown_request", this.#session, { restart: false });
    await Promise.race([this.#send(this.#control, request), sleep(500, undefined, { ref: false })]);
    await this.#stop(SHUTDOWN_GRACE_SECONDS);
  }

  /** Ends the kernel at once and removes its folder. */
  async kill(): Promise<void> {
    await this.#stop(0);
  }

  async #stop(graceSeconds: number): Promise<void> {
    this.#closed = true;
    await this.#process.stop(graceSeconds);
    for (const socket of [this.#shell, this.#control, this.#iopub]) socket.close();
  }

  async #ready(): Promise<void> {
    let delivers = false;
    while (!delivers) {
      const request = createMessage("kernel_info_request", this.#session, {});
      const replied = new Promise<void>((resolve) => {
        this.#listeners.set(request.header.msg_id, ({ header }) => {
          if (header.msg_type === "status") delivers = true;
          if (header.msg_type === "kernel_info_reply") resolve();
        });
      });
      await this.#send(this.#shell, request);
      await Promise.race([replied, this.#failure]);
      if (!delivers) await sleep(20);
    }
  }

  #finished(request: Message, onOutput: (message: Message) => void): Promise<ExecuteReply> {
    return new Promise((resolve) => {
      let reply: ExecuteReply | undefined;
      let idle = false;
      this.#listeners.set(request.header.msg_id, (message) => {
        if (message.header.msg_type === "execute_reply") reply = readReply(message);
        else if (message.header.msg_type === "status") idle = message.content.execution_state === "idle";
        else onOutput(message);
        // The two come over different channels, in either order.
        if (reply && idle) resolve(reply);
      });
    });
  }

  async #send(socket: Dealer, message: Message): Promise<void> {
    await socket.send(encodeMessage(this.#key, message));
  }

  async #listen(socket: Socket & AsyncIterable<Uint8Array[]>): Promise<void> {
    try {
      for await (const frames of socket) {
        const message = decodeMessage(this.#key, frames);
        this.#listeners.get(message.parent_header.msg_id ?? "")?.(message);
      }
    } catch (error) {
      if (!this.#closed) this.#fail(error as Error);
    }
  }

  async #watchProcess(): Promise<void> {
    const end = await this.#process.ended;
    await sleep(DRAIN_MILLISECONDS);
    this.#fail(deathError(end, this.errorTail));
  }

  /** Waits for `work` and kills the kernel when it fails, takes too long or is cancelled. */
  async #within<T>(work: Promise<T>, seconds: number | undefined, late: Error, signal?: AbortSignal): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let cancel: (() => void) | undefined;
    const interrupted = new Promise<never>((_, reject) => {
      cancel = () => reject(new NotebookError("cancelled", "cancelled"));
      if (signal?.aborted) cancel();
      signal?.addEventListener("abort", cancel, { once: true });
      if (seconds !== undefined) timer = setTimeout(() => reject(late), seconds * 1000);
    });
    try {
      return await Promise.race([work, this.#failure, interrupted]);
    } catch (error) {
      await this.kill();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel!);
    }
  }
}

function readReply(message: Message): ExecuteReply {
  const { status, execution_count } = message.content as { status: ExecuteReply["status"]; execution_count?: number };
  return { status, executionCount: execution_count ?? null };
}

function deathError(end: KernelEnd, errorTail: string): NotebookError {
  if (end.failure) return new NotebookError("kernel-start", `kernel: cannot start Node: ${end.failure}`);
  const how = end.signal ? `signal ${end.signal}` : `exit code ${end.code}`;
  const lines = errorTail.trim().split("\n");
  // Node follows its own last words with pages of addresses.
  const words = lines.find((line) => line.startsWith("FATAL ERROR")) ?? lines.at(-1);
  return new NotebookError("kernel-died", `the kernel ended with ${how}${words ? `: ${words}` : ""}`);
}

function portError(): NotebookError {
  return new NotebookError("kernel-start", "kernel: expected free ports on 127.0.0.1, found one taken");
}
