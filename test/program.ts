import { execFile } from "node:child_process";
import { join } from "node:path";

/** The program that the command `setr` runs. */
export const PROGRAM = join(__dirname, "..", "lib", "bin", "setr.js");

/** How a run of the program ended. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program as a function of its arguments, run in a folder. */
export function programIn(folder: string): (...args: string[]) => Promise<Outcome> {
  return (...args) =>
    new Promise((resolve) => {
      execFile(process.execPath, [PROGRAM, ...args], { cwd: folder }, (error, stdout, stderr) => {
        resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
      });
    });
}
