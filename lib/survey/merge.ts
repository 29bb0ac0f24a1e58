import { rm } from "node:fs/promises";
import { join } from "node:path";
import { SurveyError } from "../errors";
import { openDatabase } from "./database";
import {
  copyJournal,
  HOLDS,
  type Journalled,
  mergedPath,
  PARTS,
  readJournals,
  type SurveyFiles,
  writeParquet,
} from "./parts";
import { readSettings } from "./settings";
import { FAILURES, SURVEY_TABLES, type SurveyTable } from "./tables";
import { createViews } from "./views";

/** How far a survey is. */
export interface SurveyStatus {
  readonly total: number;
  readonly done: number;
  /** Pictures whose attempts failed. */
  readonly failed: number;
  readonly missing: number;
}

/**
 * How far a survey is, with what lies in the journals of processes that run or were killed.
 *
 * @throws SurveyError `not-a-survey`
 */
export async function surveyStatus(folder: string): Promise<SurveyStatus> {
  const settings = await readSettings(folder);
  const database = await openDatabase();
  try {
    return await statusOf({ folder, settings, database });
  } finally {
    database.close();
  }
}

async function statusOf(files: SurveyFiles): Promise<SurveyStatus> {
  const { total, done, failed } = { total: files.settings.images.count, ...(await finishedImages(files)) };
  return { total, done: done.size, failed: failed.size, missing: total - done.size - failed.size };
}

/** The pictures that need not be measured again, and those that could not be, journals included. */
export async function finishedImages(files: SurveyFiles) {
  const { journalled, done, failed } = await knownImages(files);
  for (const { index, failed: isFailure } of journalled) (isFailure ? failed : done).add(index);
  return { done, failed: new Set([...failed].filter((index) => !done.has(index))) };
}

/** The pictures that the tables have, and those in journals. */
async function knownImages({ folder, database }: SurveyFiles) {
  const journalled = await readJournals(folder); // first, as a journal becomes parts, not the other way round
  await createViews(database, folder);
  const indices = async (view: string) => {
    return new Set((await database.rows<{ index: number }>(`SELECT index FROM ${view}`)).map(({ index }) => index));
  };
  return { journalled, done: await indices("images"), failed: await indices("failures") };
}

/**
 * Makes one Parquet file of each table of a complete survey, and removes the parts that it holds.
 *
 * What lies in journals is merged too; they stay until their shard is run again.
 *
 * @throws SurveyError `not-a-survey`; `incomplete` when pictures are missing, everything being left as it is
 */
export async function mergeSurvey(folder: string): Promise<SurveyStatus> {
  const settings = await readSettings(folder);
  const database = await openDatabase();
  try {
    const files = { folder, settings, database };
    const status = await statusOf(files);
    if (status.missing > 0) {
      const expected = `all ${status.total} pictures`;
      throw new SurveyError("incomplete", `${folder}: expected ${expected}, found ${status.missing} missing`);
    }
    await mergeComplete(files);
    return status;
  } finally {
    database.close();
  }
}

/** The same for a survey that is known to be complete; journals stay, as a process may be trying failures again in one. */
export async function mergeComplete(files: SurveyFiles): Promise<void> {
  const { journalled, done, failed } = await knownImages(files);
  const isNew = ({ index, failed: isFailure }: Journalled) => !done.has(index) && !(isFailure && failed.has(index));
  for (const part of new Set(journalled.filter(isNew).map(({ part }) => part))) await copyJournal(files, part);
  await mergeTables(files, SURVEY_TABLES);
}

/**
 * Makes one Parquet file of each of these tables, in the order of the pictures.
 *
 * Every file says which parts it holds, so that nothing counts twice when this is stopped before they are removed. Parts
 * that come while it works are left for the next time.
 */
export async function mergeTables(files: SurveyFiles, tables: readonly SurveyTable[]): Promise<void> {
  const { folder, database } = files;
  const held = await createViews(database, folder);
  for (const table of tables) {
    const parts = held.get(table)!;
    if (parts.length === 0 && table !== FAILURES) continue;
    const rows = `SELECT * FROM ${table.name}`;
    await writeParquet(files, mergedPath(folder, table), rows, table, { [HOLDS]: JSON.stringify(parts) });
    for (const part of parts) await rm(join(folder, PARTS, part), { force: true });
  }
}
