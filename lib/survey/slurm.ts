import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SurveyError } from "../errors";

/** An array job that does a survey. */
export interface ArrayJob {
  /** The words of the command that does one shard, without `--shard`. */
  readonly command: readonly string[];
  /** Folder in which it runs. */
  readonly workingFolder: string;
  /** The survey's folder. */
  readonly out: string;
  /** Number of tasks. */
  readonly tasks: number;
  /** Processes of each task. */
  readonly jobs: number;
}

/** Seconds that a task has between the warning and the end of its time, to finish the pictures in hand. */
const WARNING = 120;

/**
 * The script of a Slurm array job: each task does one shard; one that is requeued goes on where it was.
 *
 * @param options more options of sbatch, as on its command line; they win over the script's own
 */
export function slurmScript({ command, workingFolder, out, tasks, jobs }: ArrayJob, options?: string): string {
  const shard = `auto/${tasks}`;
  return [
    "#!/bin/bash",
    "#SBATCH --job-name=setr-survey",
    `#SBATCH --array=0-${tasks - 1}`,
    `#SBATCH --cpus-per-task=${jobs}`,
    "#SBATCH --requeue",
    "#SBATCH --open-mode=append",
    `#SBATCH --signal=B:TERM@${WARNING}`,
    `#SBATCH --output=${quoted(join(resolve(workingFolder, out), "slurm", "%A-%a.log"))}`, // sbatch reads quotes as a shell
    ...(options ? [`#SBATCH ${options}`] : []),
    `cd ${quoted(workingFolder)} || exit 1`,
    `exec ${[...command, "--shard", shard].map(quoted).join(" ")}`,
    "",
  ].join("\n");
}

/**
 * Hands the script to `sbatch`.
 *
 * @returns what sbatch says: the job's number
 * @throws SurveyError `slurm`
 */
export async function submitSlurm(script: string, { workingFolder, out }: ArrayJob): Promise<string> {
  await mkdir(join(resolve(workingFolder, out), "slurm"), { recursive: true });
  return new Promise((done, refuse) => {
    const child = execFile("sbatch", ["--parsable"], (error, stdout, stderr) => {
      const found = stderr.trim().split("\n").at(-1) || error?.message;
      if (error) refuse(new SurveyError("slurm", `sbatch: expected it to take the job, found: ${found}`));
      else done(stdout.trim());
    });
    child.stdin?.on("error", () => {}); // where there is no sbatch, the error above says so
    child.stdin?.end(script);
  });
}

/** A word as a shell reads it. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
