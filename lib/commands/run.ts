import { NotebookError } from "../errors";
import { readNotebook } from "../notebook/document";
import { notebookParameters, type ParameterValues } from "../notebook/parameters";
import { progressPrinter } from "../notebook/progress";
import { NotebookCellError, runNotebook } from "../notebook/run";

/** Options of `setr run`. */
export interface RunCommandOptions {
  readonly parameter?: readonly string[];
  readonly out?: string;
  readonly timeout?: number;
}

/** Runs one notebook from top to bottom. */
export async function runCommand(path: string, options: RunCommandOptions): Promise<void> {
  const parameters = splitParameters(options.parameter ?? []);
  await runWithProgress(path, parameters, options);
  if (options.out !== undefined) console.log(options.out);
}

/**
 * Runs a notebook with a line per cell on stderr; a failing cell is shown with its source and what it wrote.
 *
 * @throws NotebookError as `runNotebook`
 */
export async function runWithProgress(
  path: string,
  parameters: ParameterValues,
  options: { readonly out?: string; readonly timeout?: number } = {},
): Promise<void> {
  const { out, timeout } = options;
  try {
    await runNotebook(path, {
      parameters,
      ...(out === undefined ? {} : { out }),
      ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
      onProgress: progressPrinter(process.stderr),
    });
  } catch (error) {
    if (error instanceof NotebookCellError) {
      console.error(`\n${error.cellSource.replace(/^/gm, "    ")}\n`);
      if (error.stderr.trim() !== "") console.error(error.stderr.trimEnd());
    }
    throw error;
  }
}

/** The values among `values` that the notebook has parameters for. */
export async function parametersOf(path: string, values: Readonly<Record<string, string>>): Promise<ParameterValues> {
  const names = new Set(notebookParameters(await readNotebook(path)).map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
}

function splitParameters(items: readonly string[]): ParameterValues {
  const pairs = items.map((item) => {
    const equals = item.indexOf("=");
    if (equals < 1) throw new NotebookError("parameter", `-p: expected name=value, found "${item}"`);
    return [item.slice(0, equals), item.slice(equals + 1)] as const;
  });
  return Object.fromEntries(pairs);
}
