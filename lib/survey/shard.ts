import { SurveyError } from "../errors";

/** Which part of the pictures one process does: those whose index leaves the remainder `index` when divided by `count`. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** All pictures. */
export const WHOLE: Shard = { index: 0, count: 1 };

/**
 * Reads `i/n` (from 1), or `auto` and `auto/n`, which ask a cluster for the number of the task.
 *
 * `auto/n` takes SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX as a number from 0; `auto` takes n and the first number from
 * Slurm too.
 *
 * @param environment usually `process.env`
 * @throws SurveyError `shard`
 */
export function parseShard(text: string, environment: Readonly<Record<string, string | undefined>>): Shard {
  const plain = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  if (plain) return checked(text, Number(plain[1]) - 1, Number(plain[2]));
  const auto = /^auto(?:\/(\d{1,6}))?$/.exec(text);
  if (!auto) throw new SurveyError("shard", `shard: expected i/n, auto or auto/n, found ${text}`);
  const { SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_MIN, SLURM_ARRAY_TASK_COUNT, JOB_COMPLETION_INDEX } = environment;
  const task = SLURM_ARRAY_TASK_ID ?? JOB_COMPLETION_INDEX;
  if (task === undefined) {
    const expected = "SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX in the environment";
    throw new SurveyError("shard", `shard ${text}: expected ${expected}, found neither`);
  }
  if (auto[1] !== undefined) return checked(`${text}, task ${task}`, Number(task), Number(auto[1]));
  if (SLURM_ARRAY_TASK_COUNT === undefined) {
    throw new SurveyError("shard", "shard auto: expected SLURM_ARRAY_TASK_COUNT, found none; give auto/n");
  }
  const first = Number(SLURM_ARRAY_TASK_MIN ?? 0);
  return checked(`${text}, task ${task}`, Number(task) - first, Number(SLURM_ARRAY_TASK_COUNT));
}

function checked(text: string, index: number, count: number): Shard {
  if (Number.isInteger(index) && index >= 0 && index < count) return { index, count };
  throw new SurveyError("shard", `shard ${text}: expected a number within the shards, found ${index + 1} of ${count}`);
}

/** As in the names of files: "2-of-4". */
export function shardName({ index, count }: Shard): string {
  return `${index + 1}-of-${count}`;
}
