/**
 * The project's Jupyter kernel: tslab's compiler and executor on the main thread, Jupyter's sockets on another one.
 *
 * Started by `bin/setr-kernel.js` with the path of a connection file.
 */
import { rmSync, writeSync } from "node:fs";
import Module from "node:module";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { provideCellSignal } from "../cellSignal";
import { LIBRARY_FOLDER } from "../paths";
import { type CellCompiler, startCompiler } from "./cellCompiler";
import { Cells } from "./cells";
import { complete, inspect, isComplete } from "./editorHelp";
import { FLAGS, type Report, type Request, type SocketsData } from "./threads";
import { typescriptVersion } from "./tslab";

const FLUSH_MILLISECONDS = 1000;

const [, , connectionFile = ""] = process.argv;
const flags = new Int32Array(new SharedArrayBuffer(4 * Object.keys(FLAGS).length));
const startedByRunner = process.channel !== undefined;

/** Runs a step that must not be stopped half-way. */
function undisturbed<T>(step: () => T): T {
  const before = Atomics.exchange(flags, FLAGS.interruptible, 0);
  try {
    return step();
  } finally {
    Atomics.store(flags, FLAGS.interruptible, before);
  }
}

function startSockets(typescript: string): Worker {
  const parent = startedByRunner || Number(process.env.JPY_PARENT_PID) === process.ppid ? process.ppid : undefined;
  const data: SocketsData = {
    connectionFile,
    flags,
    typescript,
    ownsFolder: startedByRunner,
    ...(parent !== undefined && { parent }),
  };
  const worker = new Worker(join(__dirname, "sockets.js"), { workerData: data });
  worker.on("error", (error) => {
    // What is written to the stream, and a flush, would wait for the thread that has ended.
    writeSync(2, `${error.stack}\n`);
    Atomics.store(flags, FLAGS.flushed, 1);
    process.exit(1);
  });
  return worker;
}

/** Gives all cells, wherever the notebook lies, this library when they import `setr`. */
function provideLibrary(): void {
  type Resolve = (request: string, ...rest: unknown[]) => string;
  const modules = Module as unknown as { _resolveFilename: Resolve };
  const resolve = modules._resolveFilename;
  modules._resolveFilename = function (this: unknown, request, ...rest) {
    return resolve.call(this, request === "setr" ? LIBRARY_FOLDER : request, ...rest);
  };
}

/** Folders of packages with types that the library's own folder sees, nearest first. */
function typeFolders(): string[] {
  return (Module as unknown as { _nodeModulePaths(from: string): string[] })
    ._nodeModulePaths(LIBRARY_FOLDER)
    .map((folder) => join(folder, "@types"));
}

/** Sends what is written to a stream of this process to Jupyter. */
function redirect(name: "stdout" | "stderr", report: (report: Report) => void): void {
  const decoder = new TextDecoder();
  process[name].write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    report({ kind: "stream", name, text: typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }) });
    const done = rest.at(-1);
    if (typeof done === "function") process.nextTick(done);
    return true;
  }) as NodeJS.WriteStream["write"];
}

function serve(compiler: CellCompiler, cells: Cells, worker: Worker, onSigint: () => void): (request: Request) => void {
  const { tslab } = compiler;
  // Another function for each cell, as in tslab, by which cells can be told apart.
  const renewDisplay = (): void => {
    tslab.jupyter.lastWriteDisplayData = (content, update) => {
      const type = update ? "update_display_data" : "display_data";
      worker.postMessage({ kind: "publish", type, content } satisfies Report);
    };
  };
  const answer = (id: number, ask: () => Readonly<Record<string, unknown>>): void => {
    worker.postMessage({ kind: "answer", id, content: undisturbed(() => attempt(ask)) } satisfies Report);
  };
  return (request) => {
    switch (request.kind) {
      case "execute":
        renewDisplay();
        void cells.run(request.id, request.code, `Cell [${request.count}]`);
        break;
      case "complete":
        answer(request.id, () => complete(cells.executor, request.code, request.position));
        break;
      case "inspect":
        answer(request.id, () => inspect(tslab, cells.executor, request.code, request.position));
        break;
      case "is-complete":
        answer(request.id, () => isComplete(tslab, request.code));
        break;
      case "interrupt":
        Atomics.store(flags, FLAGS.noticed, request.id);
        listenToSigint(onSigint);
        cells.interrupt(request.id);
        break;
      case "shutdown":
        cells.executor.close();
        worker.unref();
        process.channel?.unref();
        break;
    }
  };
}

/** Node's `vm` takes SIGINT away from all listeners while a script runs, and for good where the script is terminated. */
function listenToSigint(listener: () => void): void {
  process.off("SIGINT", listener);
  process.on("SIGINT", listener);
}

/** An answer even where the compiler stumbles over unfinished code. */
function attempt(ask: () => Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return ask();
  } catch (error) {
    const { name, message, stack = "" } = error as Error;
    return { status: "error", ename: name, evalue: message, traceback: stack.split("\n") };
  }
}

/** Sends all output before the process ends, however it ends. */
function flushOnExit(worker: Worker): void {
  process.on("exit", () => {
    worker.postMessage({ kind: "flush" } satisfies Report);
    Atomics.wait(flags, FLAGS.flushed, 0, FLUSH_MILLISECONDS);
  });
}

function endWithRunner(): void {
  process.once("disconnect", () => {
    rmSync(dirname(connectionFile), { recursive: true, force: true });
    process.exit(1);
  });
  process.channel?.unref();
}

function start(): void {
  provideLibrary();
  const worker = startSockets(typescriptVersion()); // gets ready while the compiler does
  const compiler = startCompiler(LIBRARY_FOLDER, typeFolders(), undisturbed);
  const report = (message: Report): void => worker.postMessage(message);
  const hidden = ["node:", compiler.tslab.folder, __dirname, dirname(require.resolve("zeromq/package.json"))];
  const cells = new Cells(compiler, (id, error) => report({ kind: "executed", id, ...(error && { error }) }), hidden);
  const stray = (thrown: unknown): void => {
    const error = cells.stray(thrown);
    if (error) report({ kind: "publish", type: "error", content: { ...error } });
  };
  const onSigint = (): void => cells.interrupt();
  process.on("uncaughtException", stray);
  process.on("unhandledRejection", stray);
  listenToSigint(onSigint);
  provideCellSignal(() => cells.signal);
  worker.on("message", serve(compiler, cells, worker, onSigint));
  if (startedByRunner) endWithRunner();
  flushOnExit(worker);
  redirect("stdout", report);
  redirect("stderr", report);
  Atomics.store(flags, FLAGS.interruptible, 1);
  report({ kind: "ready" });
}

start();
