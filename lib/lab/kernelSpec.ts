import { homedir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../files";
import { KERNEL_COMMAND } from "../kernel/command";

/** What Jupyter calls the project's kernel in files. */
export const KERNEL_NAME = "setr";

/** How Jupyter starts the kernel, and what it calls it: the content of `kernel.json`. */
export function kernelSpec(): Readonly<Record<string, unknown>> {
  return {
    argv: KERNEL_COMMAND,
    display_name: "SETR (TypeScript)",
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false },
  };
}

/**
 * Makes the kernel known to every Jupyter that reads a data folder; what was known under its name is replaced.
 *
 * @param dataFolder e.g. `~/.local/share/jupyter`
 * @returns the path of the written `kernel.json`
 * @throws SetrError `not-written` when the system refuses
 */
export async function registerKernel(dataFolder: string): Promise<string> {
  const path = join(dataFolder, "kernels", KERNEL_NAME, "kernel.json");
  await writeWhole(path, `${JSON.stringify(kernelSpec(), null, 2)}\n`);
  return path;
}

/** The data folder that every Jupyter of this user reads. */
export function userDataFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (platform === "win32") return join(env.APPDATA || join(homedir(), "AppData", "Roaming"), "jupyter");
  return join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "jupyter");
}

/** The data folder of a Python installation or virtual environment. */
export function prefixDataFolder(prefix: string): string {
  return join(prefix, "share", "jupyter");
}
