import { type ChildProcess, spawn } from "node:child_process";
import { NotebookError } from "../errors";
import { KERNEL_COMMAND } from "../kernel/command";
import { type Connection, removeConnection } from "./connection";

/** How a kernel process ended. */
export interface KernelEnd {
  /** Exit code, or null when a signal ended the process or it never started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the process could not be started, when it could not. */
  readonly failure?: string;
}

/** A running kernel process, its private folder included: both go together. */
export interface KernelProcess {
  /** Process id, or undefined when the process could not be started. */
  readonly pid: number | undefined;
  /** Settles when the process has ended; never rejects. */
  readonly ended: Promise<KernelEnd>;
  /** The last 4,096 characters that the process wrote to its own standard error. */
  errorTail(): string;
  /** Waits for the process to end by itself, kills it after the grace time, and removes the folder. */
  stop(graceSeconds: number): Promise<void>;
}

const TAIL_LENGTH = 4096;
const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Starts the project's TypeScript kernel on a connection file.
 *
 * The process cannot outlive this one: it is killed when this process exits or is ended by SIGINT, SIGTERM or SIGHUP,
 * and ends itself when this process disappears without a chance to clean up.
 *
 * @param connection sockets and secret; its folder is removed together with the process
 * @param folder working directory, from which the cells' imports are resolved
 * @param env environment of the process
 * @param argv command, with `{connection_file}` for the connection file; the project's own kernel by default
 * @throws NotebookError `kernel-start` when tslab is not installed
 */
export function spawnKernel(
  connection: Connection,
  folder: string,
  env: NodeJS.ProcessEnv,
  argv: readonly string[] = KERNEL_COMMAND,
): KernelProcess {
  checkTslab();
  const [program = "", ...args] = argv.map((word) => word.replace("{connection_file}", () => connection.file));
  const child = spawn(program, args, {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    windowsHide: true,
  });
  const errorTail = keepTail(child);
  const release = cleanUpOnExit(() => {
    child.kill("SIGKILL");
    removeConnection(connection);
  });
  const ended = waitForEnd(child);
  const stop = async (graceSeconds: number): Promise<void> => {
    const timer = setTimeout(() => child.kill("SIGKILL"), graceSeconds * 1000);
    await ended;
    clearTimeout(timer);
    release();
    removeConnection(connection);
  };
  return { pid: child.pid, ended, errorTail, stop };
}

function checkTslab(): void {
  try {
    require.resolve("tslab/package.json");
  } catch {
    throw new NotebookError("kernel-start", "kernel: expected the package tslab, found none; run npm install");
  }
}

function waitForEnd(child: ChildProcess): Promise<KernelEnd> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, failure: error.message }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

function keepTail(child: ChildProcess): () => string {
  let tail = "";
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (text: string) => {
    tail = (tail + text).slice(-TAIL_LENGTH);
  });
  return () => tail;
}

/** Runs `cleanUp` when this process ends; returns the function that calls this off. */
function cleanUpOnExit(cleanUp: () => void): () => void {
  const release = (): void => {
    process.off("exit", cleanUp);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    release();
    cleanUp();
    // Having a listener turns the signal's own effect off: without another listener it is brought back.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  process.on("exit", cleanUp);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return release;
}
