import { rm } from "node:fs/promises";
import { join } from "node:path";
import { SurveyError } from "../errors";
import { openDatabase } from "./database";
import {
  HOLDS,
  journalParts,
  mergedPath,
  PARTS,
  readJournals,
  type SurveyFiles,
  tableParts,
  writeParquet,
  writePart,
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
export async function finishedImages({ folder, database }: SurveyFiles) {
  const journalled = await readJournals(folder); // first, as a journal becomes parts, not the other way round
  await createViews(database, folder);
  const indices = async (view: string) => {
    return (await database.rows<{ index: number }>(`SELECT index FROM ${view}`)).map(({ index }) => index);
  };
  const done = new Set([...(await indices("images")), ...journalled.done]);
  const failures = [...(await indices("failures")), ...journalled.failed];
  return { done, failed: new Set(failures.filter((index) => !done.has(index))) };
}

/**
 * Makes one Parquet file of each table of a complete survey, and removes the parts that it holds.
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

/** The same for a survey that is known to be complete. */
export async function mergeComplete(files: SurveyFiles): Promise<void> {
  for (const part of await journalParts(files.folder)) await writePart(files, part);
  await mergeTables(files, SURVEY_TABLES);
}

/**
 * Makes one Parquet file of each of these tables, in the order of the pictures.
 *
 * Every file says which parts it holds, so that nothing counts twice when this is stopped before they are removed.
 */
export async function mergeTables(files: SurveyFiles, tables: readonly SurveyTable[]): Promise<void> {
  const { folder, database } = files;
  await createViews(database, folder);
  for (const table of tables) {
    const parts = await tableParts(folder, table);
    if (parts.length === 0 && table !== FAILURES) continue;
    const rows = `SELECT * FROM ${table.name}`;
    await writeParquet(files, mergedPath(folder, table), rows, table, { [HOLDS]: JSON.stringify(parts) });
    for (const part of parts) await rm(join(folder, PARTS, part), { force: true });
  }
}
