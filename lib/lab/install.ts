import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Surroundings } from "../doctor/surroundings";
import { NotebookError } from "../errors";
import { LIBRARY_FOLDER } from "../paths";
import { PRIVATE_ENVIRONMENT, privatePython } from "./jupyter";

/** The packages of a private Jupyter, with their versions; the tests install the same. */
const REQUIREMENTS = join(LIBRARY_FOLDER, "lab", "requirements.txt");

/**
 * Makes a private Jupyter in the project's `.venv`, after asking for leave where nobody has given it.
 *
 * @param yes whether leave has been given
 * @param environment folder to make it in; the project's `.venv` by default
 * @throws NotebookError `no-jupyter` when leave is refused or nobody can be asked; `no-python`; `install` when venv or pip fail
 */
export async function installJupyter(
  yes: boolean,
  around: Surroundings,
  environment = PRIVATE_ENVIRONMENT,
): Promise<void> {
  const packages = readFileSync(REQUIREMENTS, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  console.error(`JupyterLab goes into ${environment}: ${packages.join(", ")}, and what they need, from PyPI`);
  if (!yes && !(await ask("Install it? [y/N] "))) {
    const ways = "--yes installs one, --python PATH names one";
    throw new NotebookError("no-jupyter", `lab: expected a Jupyter with JupyterLab, found none; ${ways}`);
  }
  const python = privatePython(around.platform, environment);
  const pip = await around.run(python, ["-m", "pip", "--version"]);
  // An earlier attempt may have left a Python without pip, as where Debian's python3-venv was missing: venv adds it.
  if (pip.status !== 0) await runVisibly(systemPython(around), ["-m", "venv", environment]);
  await runVisibly(python, ["-m", "pip", "install", "--disable-pip-version-check", "--requirement", REQUIREMENTS]);
}

function systemPython({ findCommand }: Surroundings): string {
  const python = findCommand("python3") ?? findCommand("python");
  if (python) return python;
  throw new NotebookError("no-python", "lab: expected python3 on the PATH, found none");
}

/** Asks on a terminal; where there is none, nobody can say yes. */
async function ask(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

/** Runs a program whose output the user sees, on standard error. */
async function runVisibly(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ["ignore", 2, 2] });
  const [code, signal] = await once(child, "exit");
  if (code === 0) return;
  const found = signal ?? `exit code ${code}`;
  throw new NotebookError("install", `${program} ${args.join(" ")}: expected success, found ${found}`);
}
