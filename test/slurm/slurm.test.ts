import { execFile, execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JOURNALS } from "../../lib/survey/journal";
import { temporaryFolder } from "../fixtures";
import { PROGRAM } from "../program";
import { allRows } from "../survey/rows";

const folder = await temporaryFolder();
const cluster = join(folder, "slurm");
const environment = { ...process.env, SLURM_CONF: join(cluster, "slurm.conf") };
const isThere = spawnSync("which", ["sbatch"]).status === 0;
if (!isThere && !process.env.CI) console.log("skipped: Slurm (no sbatch; apt-get install slurm-wlm munge)");

const SURVEY = ["--weights", "default", "--images", "scenes:0..31", "--measure", "distance,entropy,confidence,iou"];
const TASKS = 4;
const KILLED = 2;

const run = promisify(execFile);

async function slurm(command: string, ...args: string[]): Promise<string> {
  return (await run(command, args, { env: environment })).stdout.trim();
}

async function setr(...args: string[]): Promise<string> {
  return (await run(process.execPath, [PROGRAM, ...args], { cwd: folder, env: environment })).stdout;
}

/** Asks again and again until there is an answer. */
async function until<T>(
  what: string,
  answer: () => T | undefined | Promise<T | undefined>,
  seconds: number,
): Promise<T> {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; ) {
    const found = await answer();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`expected ${what} within ${seconds} s; ${await slurm("squeue")}`);
}

/** Finished pictures of a task that lie in its journals. */
function inJournals(task: number): number {
  const journals = join(folder, "a cluster", JOURNALS);
  const names = (() => {
    try {
      return readdirSync(journals).filter((name) => name.startsWith(`${task + 1}-of-${TASKS}-`));
    } catch {
      return []; // not begun
    }
  })();
  return names.reduce((sum, name) => sum + readFileSync(join(journals, name), "utf8").split("\n").length - 1, 0);
}

/** The processes of a task of the array. */
function processesOf(job: string, task: number): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const values = readFileSync(`/proc/${name}/environ`, "utf8").split("\0");
      const mine = values.includes(`SLURM_ARRAY_JOB_ID=${job}`) && values.includes(`SLURM_ARRAY_TASK_ID=${task}`);
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8");
      return mine && words.startsWith(process.execPath) ? [Number(name)] : [];
    } catch {
      return []; // no process, or gone
    }
  });
}

async function stateOf(job: string, task: number): Promise<string> {
  const text = await slurm("scontrol", "show", "job", `${job}_${task}`);
  return /JobState=(\w+)/.exec(text)?.[1] ?? "unknown";
}

/** Whether all tasks are done; a task that was requeued would wait two minutes, and is told not to. */
async function completed(job: string): Promise<true | undefined> {
  const states = await Promise.all([0, 1, 2, 3].map((task) => stateOf(job, task)));
  if (states[KILLED] === "PENDING") {
    await slurm("scontrol", "update", `JobId=${job}_${KILLED}`, "StartTime=now").catch(() => {}); // it has just begun
  }
  return states.every((state) => state === "COMPLETED") ? true : undefined;
}

describe.skipIf(!isThere && !process.env.CI)("an array of four tasks in Slurm", () => {
  beforeAll(() => {
    execFileSync("bash", [join(__dirname, "cluster.sh"), "start", cluster], { stdio: "inherit" });
  });
  afterAll(() => {
    execFileSync("bash", [join(__dirname, "cluster.sh"), "stop", cluster]);
  });

  test("of which one is killed and requeued gives the rows of a single process", async () => {
    await setr("survey", ...SURVEY, "--out", "single");
    const array = ["--submit", "slurm", "--array", String(TASKS)];
    const submitted = await setr("survey", ...SURVEY, "--out", "a cluster", ...array);
    const job = /^job (\d+);/.exec(submitted)![1]!;
    const finished = await until("two pictures", () => (inJournals(KILLED) >= 2 ? inJournals(KILLED) : undefined), 120);
    for (const id of processesOf(job, KILLED)) process.kill(id, "SIGKILL");
    await until("a failed task", async () => ((await stateOf(job, KILLED)) === "FAILED" ? true : undefined), 60);
    expect(inJournals(KILLED)).toBeGreaterThanOrEqual(finished);
    await expect(setr("survey", "merge", "a cluster")).rejects.toThrow(/expected all 32 pictures, found \d+ missing/);
    await slurm("scontrol", "requeue", `${job}_${KILLED}`);
    await until("four completed tasks", () => completed(job), 300);
    expect(await setr("survey", "status", "a cluster")).toContain("32 of 32 pictures, 0 failed, 0 missing");
    await setr("survey", "merge", "a cluster");
    expect(await allRows(join(folder, "a cluster"))).toEqual(await allRows(join(folder, "single")));
  }, 600_000);
});
