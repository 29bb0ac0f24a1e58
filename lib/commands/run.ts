import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { NotebookError } from "../errors";
import { readNotebook } from "../notebook/document";
import { notebookParameters, type ParameterValues } from "../notebook/parameters";
import { progressPrinter } from "../notebook/progress";
import { NotebookCellError, runNotebook } from "../notebook/run";

/** Options of `setr run`. */
export interface RunCommandOptions {
  readonly parameter?: readonly string[];
  readonly out?: string;
  readonly static?: boolean;
  readonly timeout?: number;
  readonly jobs: number;
}

/** A notebook to run, and the file for the executed one. */
interface Job {
  readonly path: string;
  readonly parameters: ParameterValues;
  readonly out?: string;
}

/** How one notebook is run. */
interface RunningOptions extends Pick<RunCommandOptions, "out" | "static" | "timeout"> {
  /** Printed before each line of progress and before a failing cell; nothing by default. */
  readonly name?: string;
}

/** Runs notebooks from top to bottom; all of them, also when some fail. */
export async function runCommand(paths: readonly string[], options: RunCommandOptions): Promise<void> {
  const values = splitParameters(options.parameter ?? []);
  const [path] = paths;
  if (paths.length === 1 && path !== undefined) {
    const out = options.out === undefined ? undefined : await outputOf(path, options.out, false);
    await runWithProgress(path, values, { ...options, ...(out !== undefined && { out }) });
    if (out !== undefined) console.log(out);
  } else {
    await runAll(await jobsOf(paths, values, options.out), options);
  }
}

/**
 * Runs a notebook with a line per cell on stderr; a failing cell is shown with its source and what it wrote.
 *
 * @throws NotebookError as `runNotebook`
 */
async function runWithProgress(path: string, parameters: ParameterValues, options: RunningOptions = {}): Promise<void> {
  const { out, timeout, name } = options;
  try {
    await runNotebook(path, {
      parameters,
      ...(out === undefined ? {} : { out }),
      static: options.static ?? false,
      ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
      onProgress: progressPrinter(name === undefined ? process.stderr : linesNamed(name)),
    });
  } catch (error) {
    if (error instanceof NotebookCellError) {
      if (name !== undefined) console.error(`\n${name}:`);
      console.error(`\n${error.cellSource.replace(/^/gm, "    ")}\n`);
      for (const text of [error.stderr, error.traceback]) if (text.trim() !== "") console.error(text.trimEnd());
    }
    throw error;
  }
}

/** The values among `values` that the notebook has parameters for. */
export async function parametersOf(path: string, values: ParameterValues): Promise<ParameterValues> {
  const names = new Set(notebookParameters(await readNotebook(path)).map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
}

/** What is to be run: each notebook gets the values it has parameters for, and every value is for one of them. */
async function jobsOf(paths: readonly string[], values: ParameterValues, out: string | undefined): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const path of paths) {
    const parameters = await parametersOf(path, values);
    const file = out === undefined ? {} : { out: await outputOf(path, out, true) };
    jobs.push({ path, parameters, ...file });
  }
  const unknown = Object.keys(values).find((name) => !jobs.some(({ parameters }) => Object.hasOwn(parameters, name)));
  if (unknown !== undefined) {
    throw new NotebookError("parameter-unknown", `-p: expected a parameter of a notebook, found "${unknown}"`);
  }
  const twice = jobs.find(
    (job, index) => job.out !== undefined && jobs.findIndex(({ out }) => out === job.out) < index,
  );
  if (twice) throw new NotebookError("out", `--out: expected notebooks of different names, found ${twice.out} twice`);
  return jobs;
}

/** Where the executed notebook goes: into a folder where `out` is one, or is to be one for several notebooks. */
async function outputOf(path: string, out: string, several: boolean): Promise<string> {
  const isFolder = await stat(out).then(
    (found) => found.isDirectory(),
    () => undefined, // not there yet
  );
  if (several && isFolder === false) throw new NotebookError("out", `--out: expected a folder, found the file ${out}`);
  return several || isFolder ? join(out, basename(path)) : out;
}

/**
 * Runs several notebooks, some at a time, each line of progress with its notebook's name.
 *
 * @throws NotebookError `notebooks-failed` when all have run and some have failed
 */
export async function runAll(
  jobs: readonly Job[],
  options: Pick<RunCommandOptions, "jobs" | "static" | "timeout">,
): Promise<void> {
  const waiting = [...jobs];
  const failed: { readonly path: string; readonly error: Error }[] = [];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const { path, parameters, out } = job;
      await runWithProgress(path, parameters, { ...options, ...(out && { out }), name: basename(path) }).then(
        () => out !== undefined && console.log(out),
        (error) => failed.push({ path, error }),
      );
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  if (failed.length === 0) return;
  const reasons = failed.map(({ path, error }) => `${path}: ${error.message}`).join("; ");
  throw new NotebookError("notebooks-failed", `${failed.length} of ${jobs.length} notebooks failed: ${reasons}`);
}

/** The terminal as a stream that names each line, and on which nothing is drawn. */
function linesNamed(name: string): NodeJS.WriteStream {
  const write = (text: string): boolean => process.stderr.write(`${name} ${text}`);
  return { isTTY: false, write } as NodeJS.WriteStream;
}

function splitParameters(items: readonly string[]): Readonly<Record<string, string>> {
  const pairs = items.map((item) => {
    const equals = item.indexOf("=");
    if (equals < 1) throw new NotebookError("parameter", `-p: expected name=value, found "${item}"`);
    return [item.slice(0, equals), item.slice(equals + 1)] as const;
  });
  return Object.fromEntries(pairs);
}
