import { execFile } from "node:child_process";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { BENCH, FOLDER } from "./paths";
import { Side } from "./side";

const execute = promisify(execFile);

/** How to start the two sides. */
export interface Sides {
  /**
   * A worker of this library.
   *
   * @param weights a .safetensors file
   * @param cache its cache folder, where the hash of a file that was opened before is noted; one for all by default
   */
  readonly ours: (weights: string, cache?: string) => Side;
  /**
   * A worker of PyTorch, on the .pth that `writePth` has made of the weights.
   *
   * @param asInstalled whether its libraries keep their own settings; false by default
   */
  readonly theirs: (weights: string, asInstalled?: boolean) => Side;
}

/**
 * @param python a Python with torch
 */
export function sidesOf(python: string): Sides {
  return {
    ours: (weights, cache = join(FOLDER, "cache")) => {
      const env = { ...process.env, SETR_CACHE: cache };
      return new Side("ours", process.execPath, [join(__dirname, "worker.js"), weights], env);
    },
    theirs: (weights, asInstalled = false) => {
      const args = [join(BENCH, "pytorch", "worker.py"), pthOf(weights), `${cpus().length}`];
      return new Side("PyTorch", python, args, { ...process.env, ...(asInstalled ? {} : threadsOf()) });
    },
  };
}

/** Settings with which PyTorch has a thread for each core, whatever its libraries are. */
export function threadsOf(): NodeJS.ProcessEnv {
  const threads = `${cpus().length}`;
  const each = { OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads, MKL_NUM_THREADS: threads };
  return { ...each, OMP_WAIT_POLICY: "PASSIVE" }; // else threads of OpenMP and of OpenBLAS hold each other up
}

/** Where the weights lie as a user of PyTorch has them. */
export function pthOf(weights: string): string {
  return join(FOLDER, `${basename(weights, ".safetensors")}.pth`);
}

/** Writes weights as a .pth, in float32; both files are in the system's cache afterwards. */
export async function writePth(python: string, weights: string): Promise<void> {
  await execute(python, [join(BENCH, "pytorch", "prepare.py"), weights, pthOf(weights)]);
}
