import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { thisMachine } from "../doctor/surroundings";
import { NotebookError } from "../errors";
import { checkKernel } from "../lab/check";
import { installJupyter } from "../lab/install";
import { dataFolderOf, findJupyter, type Jupyter, registeredKernel } from "../lab/jupyter";
import { prefixDataFolder, registerKernel, userDataFolder } from "../lab/kernelSpec";
import { startLab } from "../lab/start";
import { NOTEBOOKS_FOLDER } from "../paths";
import { statusAfter } from "./statusAfter";

/** Options of `setr lab`. */
export interface LabCommandOptions {
  readonly python?: string;
  readonly yes?: boolean;
  readonly port?: number;
  readonly browser: boolean;
  readonly check?: boolean;
  readonly register?: boolean;
  readonly user?: boolean;
  readonly prefix?: string;
}

/** Opens JupyterLab with the project's kernel, or only makes the kernel known, or checks it. */
export async function labCommand(folder: string | undefined, options: LabCommandOptions): Promise<void> {
  if (options.register) console.log(await registerKernel(await registrationFolder(options)));
  else if (options.check) await check(options);
  else await open(folder ?? NOTEBOOKS_FOLDER, options);
}

async function registrationFolder({ user, prefix, python }: LabCommandOptions): Promise<string> {
  const around = thisMachine();
  if (user) return userDataFolder(around.platform, around.env);
  if (prefix !== undefined) return prefixDataFolder(resolve(prefix));
  return dataFolderOf(await jupyterOrNone(python), around);
}

async function check({ python }: LabCommandOptions): Promise<void> {
  const jupyter = await jupyterOrNone(python);
  const kernel = await registeredKernel(jupyter, thisMachine());
  console.log(`${jupyter.command.join(" ")}: ${jupyter.lab ? `JupyterLab ${jupyter.lab}` : "no JupyterLab"}`);
  console.log(`kernel: ${kernel.folder}`);
  console.log(await checkKernel(kernel.argv));
  console.log("ok");
}

async function open(folder: string, { python, yes = false, port, browser }: LabCommandOptions): Promise<void> {
  const shown = resolve(folder);
  const isFolder = await stat(shown).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new NotebookError("lab-folder", `lab: expected a folder, found none at ${folder}`);
  const jupyter = await labOrInstall(python, yes);
  const spec = await registerKernel(await dataFolderOf(jupyter, thisMachine()));
  console.error(`JupyterLab ${jupyter.lab}, kernel SETR (TypeScript): ${spec}`);
  const child = startLab(jupyter, { folder: shown, browser, ...(port !== undefined && { port }) });
  await ended(child);
}

/** Waits for JupyterLab to end; what asks this process to end asks JupyterLab, which ends its kernels first. */
async function ended(child: ChildProcess): Promise<void> {
  let stopped = false;
  const ignore = (): void => {}; // JupyterLab gets Ctrl-C too, asks what is meant, and ends by itself
  const stop = (signal: NodeJS.Signals): void => {
    stopped = true;
    process.exitCode = statusAfter(signal);
    child.kill("SIGTERM"); // it does not know SIGHUP
  };
  process.on("SIGINT", ignore).on("SIGTERM", stop).on("SIGHUP", stop);
  const [code, signal] = await once(child, "exit");
  process.off("SIGINT", ignore).off("SIGTERM", stop).off("SIGHUP", stop);
  if (stopped || code === 0) return;
  const found = signal ?? `exit code ${code}`;
  throw new NotebookError("lab", `lab: expected JupyterLab to end by itself, found ${found}`);
}

async function labOrInstall(python: string | undefined, yes: boolean): Promise<Jupyter> {
  const found = await findJupyter(python, thisMachine());
  if (found?.lab !== undefined) return found;
  if (found) {
    const [path] = found.command;
    throw new NotebookError("no-jupyter", `--python: expected a Python with JupyterLab, found none in ${path}`);
  }
  await installJupyter(yes, thisMachine());
  return jupyterOrNone(undefined);
}

async function jupyterOrNone(python: string | undefined): Promise<Jupyter> {
  const found = await findJupyter(python, thisMachine());
  if (found) return found;
  const ways = "npx setr lab installs one, --python PATH names one";
  throw new NotebookError("no-jupyter", `lab: expected a Jupyter with JupyterLab, found none; ${ways}`);
}
