import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CommandOutcome, Surroundings } from "../doctor/surroundings";
import { NotebookError } from "../errors";
import { PROJECT_FOLDER } from "../paths";
import { KERNEL_NAME } from "./kernelSpec";

/** The project's private Python environment. */
export const PRIVATE_ENVIRONMENT = join(PROJECT_FOLDER, ".venv");

/** A Jupyter that can be started. */
export interface Jupyter {
  /** What comes before the arguments of `jupyter`: its program, or a Python and `-m jupyter`. */
  readonly command: readonly [string, ...string[]];
  /** Version of JupyterLab, if it has it. */
  readonly lab: string | undefined;
}

/** A kernel that a Jupyter knows. */
export interface RegisteredKernel {
  /** Folder of its `kernel.json`. */
  readonly folder: string;
  /** Its command; `{connection_file}` stands for a path. */
  readonly argv: readonly string[];
}

/**
 * Finds a Jupyter: of the given Python, or else on the PATH, or else in the project's `.venv`.
 *
 * @param python a Python's name or path; default none
 * @param around the machine
 * @returns undefined when there is none with JupyterLab
 * @throws NotebookError `no-python`, `no-jupyter` for a given Python that cannot be run or has no Jupyter
 */
export async function findJupyter(python: string | undefined, around: Surroundings): Promise<Jupyter | undefined> {
  if (python !== undefined) return ofPython(python, around);
  const onPath = around.findCommand("jupyter");
  const commands: (readonly [string, ...string[]])[] = onPath ? [[onPath]] : [];
  const own = privatePython(around.platform);
  if (existsSync(own)) commands.push([own, "-m", "jupyter"]);
  for (const command of commands) {
    const jupyter = await look(command, around);
    if (jupyter?.lab !== undefined) return jupyter;
  }
  return undefined;
}

/**
 * Path of the Python in a private environment, whether or not it is there.
 *
 * @param environment its folder; the project's by default
 */
export function privatePython(platform: NodeJS.Platform, environment = PRIVATE_ENVIRONMENT): string {
  return platform === "win32" ? join(environment, "Scripts", "python.exe") : join(environment, "bin", "python");
}

/**
 * The folder in which a Jupyter looks first for kernels: that of its virtual environment, or else the user's.
 *
 * @throws NotebookError `jupyter-failed` when it does not say so
 */
export async function dataFolderOf(jupyter: Jupyter, around: Surroundings): Promise<string> {
  const outcome = await runJupyter(jupyter, ["--paths", "--json"], around);
  const { data } = parse(outcome, "--paths --json", jupyter) as { data?: string[] };
  if (data?.[0] === undefined) throw failed(jupyter, "--paths --json", "named no data folder");
  return data[0];
}

/**
 * What a Jupyter knows of the project's kernel.
 *
 * @throws NotebookError `kernel-unknown` when it knows nothing; `jupyter-failed`
 */
export async function registeredKernel(jupyter: Jupyter, around: Surroundings): Promise<RegisteredKernel> {
  const outcome = await runJupyter(jupyter, ["kernelspec", "list", "--json"], around);
  const { kernelspecs = {} } = parse(outcome, "kernelspec list --json", jupyter) as {
    kernelspecs?: Record<string, { resource_dir: string; spec: { argv: string[] } }>;
  };
  const found = kernelspecs[KERNEL_NAME];
  if (found) return { folder: found.resource_dir, argv: found.spec.argv };
  const names = Object.keys(kernelspecs).join(", ") || "none";
  const expected = `${jupyter.command.join(" ")}: expected the kernel ${KERNEL_NAME}`;
  throw new NotebookError("kernel-unknown", `${expected}, found ${names}; run: npx setr lab --register`);
}

async function ofPython(python: string, around: Surroundings): Promise<Jupyter> {
  // A bare name is looked up on the PATH; a path is taken as it is, links of virtual environments included.
  const path = around.findCommand(python) ?? around.findCommand(resolve(python));
  if (!path) throw new NotebookError("no-python", `--python: expected a Python, found no program ${python}`);
  const jupyter = await look([path, "-m", "jupyter"], around);
  if (jupyter) return jupyter;
  throw new NotebookError("no-jupyter", `--python: expected a Python with Jupyter, found none in ${path}`);
}

async function look(command: readonly [string, ...string[]], around: Surroundings): Promise<Jupyter | undefined> {
  const [program, ...args] = command;
  const lab = await around.run(program, [...args, "lab", "--version"]);
  if (lab.status === 0) return { command, lab: lab.stdout.trim() };
  const paths = await around.run(program, [...args, "--paths"]);
  return paths.status === 0 ? { command, lab: undefined } : undefined;
}

function runJupyter({ command }: Jupyter, args: readonly string[], around: Surroundings): Promise<CommandOutcome> {
  const [program, ...first] = command;
  return around.run(program, [...first, ...args]);
}

function parse(outcome: CommandOutcome, args: string, jupyter: Jupyter): unknown {
  try {
    if (outcome.status === 0) return JSON.parse(outcome.stdout);
  } catch {
    // Reported below, as what is no JSON.
  }
  const words = outcome.stderr.trim().split("\n").at(-1);
  throw failed(jupyter, args, words || `ended with ${outcome.status ?? outcome.failure}`);
}

function failed({ command }: Jupyter, args: string, found: string): NotebookError {
  return new NotebookError("jupyter-failed", `${command.join(" ")} ${args}: expected JSON, found: ${found}`);
}
