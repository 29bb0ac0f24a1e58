import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { programIn } from "./program";

/** Whether tests with a real Jupyter can run; they must where CI says so. */
export const hasJupyter = spawnSync("jupyter", ["nbconvert", "--version"]).status === 0;
export const skipJupyter = !hasJupyter && !process.env.CI;

/** Says what is skipped where there is no Jupyter. */
export function sayWhenSkipped(what: string): void {
  if (skipJupyter) console.log(`skipped: ${what} (no \`jupyter nbconvert\` on this machine)`);
}

/**
 * An environment in which Jupyter knows the project's kernel; nothing is registered outside of the folder.
 *
 * @param folder folder to register in
 */
export async function jupyterEnvironment(folder: string): Promise<NodeJS.ProcessEnv> {
  const { status, stderr } = await programIn(folder)("lab", "--register", "--prefix", folder);
  if (status !== 0) throw new Error(stderr);
  return { ...process.env, JUPYTER_PATH: join(folder, "share", "jupyter") };
}
