import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeBeside } from "../files";
import { type Database, sqlText } from "./database";
import { JOURNALS, journalPath, partOfJournal, readJournal } from "./journal";
import type { SurveySettings } from "./settings";
import { SURVEY_TABLES, type SurveyRecord, type SurveyTable } from "./tables";

/** Folder of the finished batches within a survey's. */
export const PARTS = "parts";

/** A survey's folder, its settings, and the database that writes and reads its files. */
export interface SurveyFiles {
  readonly folder: string;
  readonly settings: SurveySettings;
  readonly database: Database;
}

/** The Parquet file of a batch. */
export function partPath(folder: string, table: SurveyTable, part: string): string {
  return join(folder, PARTS, `${table.name}-${part}.parquet`);
}

/**
 * Writes a journal's records as Parquet files, one per table, and then removes the journal.
 *
 * Stopped at any moment, it can be done again: the files have the same names and the journal goes last. A journal that
 * is not there has been written by another process.
 *
 * @returns number of records
 */
export async function writePart(files: SurveyFiles, part: string): Promise<number> {
  const journal = journalPath(files.folder, part);
  const lines = await readJournal(journal).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (lines === undefined) return 0;
  if (lines.length > 0) await writeTables(files, part, lines);
  await rm(journal, { force: true });
  return lines.length;
}

async function writeTables(files: SurveyFiles, part: string, lines: readonly string[]): Promise<void> {
  const { folder, database } = files;
  await mkdir(join(folder, PARTS), { recursive: true });
  const json = join(folder, JOURNALS, `.${part}.json.tmp`);
  try {
    await writeFile(json, `${lines.join("\n")}\n`);
    const columns = Object.entries(recordColumns()).map(([name, type]) => `${sqlText(name)}: ${sqlText(type)}`);
    const source = `read_json(${sqlText(json)}, format = 'newline_delimited', columns = {${columns.join(", ")}})`;
    await database.run(`CREATE OR REPLACE TEMP TABLE batch AS SELECT * FROM ${source}`);
    for (const table of SURVEY_TABLES) {
      const rows = rowsOf(table);
      const [{ count }] = await database.rows<{ count: number }>(`SELECT count(*) AS count FROM (${rows})`);
      if (count > 0) await writeParquet(files, partPath(folder, table, part), rows, table);
    }
    await database.run("DROP TABLE batch");
  } finally {
    await rm(json, { force: true });
  }
}

/** The columns of all records: those of the tables that are the records themselves, and a list for each other table. */
function recordColumns(): Record<string, string> {
  const columns: Record<string, string> = { index: "INTEGER", image: "VARCHAR" };
  for (const { rows, columns: own } of SURVEY_TABLES) {
    const fields = Object.entries(own).map(([name, type]) => `"${name}" ${type}`);
    if (rows === undefined) Object.assign(columns, own);
    else columns[rows] = `STRUCT(${fields.join(", ")})[]`;
  }
  return columns;
}

/** The rows of a table in the batch. */
function rowsOf({ rows, columns, name }: SurveyTable): string {
  if (rows !== undefined) {
    return `SELECT index, image, r.* FROM (SELECT index, image, unnest("${rows}") AS r FROM batch)`;
  }
  const failed = name === "failures" ? "code IS NOT NULL" : "code IS NULL";
  return `SELECT index, image, ${Object.keys(columns).join(", ")} FROM batch WHERE ${failed}`;
}

/**
 * Writes rows as a Parquet file, beside its place and then renamed, in their order.
 *
 * @param extra more for the file's metadata, which has the settings, the weights' hash and the version
 */
export async function writeParquet(
  { database, settings }: SurveyFiles,
  path: string,
  rows: string,
  table: SurveyTable,
  extra: Readonly<Record<string, string>> = {},
): Promise<void> {
  const metadata = {
    "setr.version": settings.version,
    "setr.weights.sha256": settings.weights,
    "setr.settings": JSON.stringify(settings),
    ...extra,
  };
  const entries = Object.entries(metadata).map(([key, value]) => `${sqlText(key)}: ${sqlText(value)}`);
  const order = ["index", ...table.order.map((column) => `"${column}"`)].join(", ");
  const options = `FORMAT parquet, COMPRESSION zstd, KV_METADATA {${entries.join(", ")}}`;
  await writeBeside(path, (temporary) =>
    database.run(`COPY (SELECT * FROM (${rows}) ORDER BY ${order}) TO ${sqlText(temporary)} (${options})`),
  );
}

/** The parts whose journals are there. */
export async function journalParts(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, JOURNALS)).catch(() => []);
  return names.flatMap((name) => partOfJournal(name) ?? []).sort();
}

/** Pictures that lie in journals, of processes that run or were killed. */
export interface Journalled {
  readonly done: ReadonlySet<number>;
  readonly failed: ReadonlySet<number>;
}

/** Reads all journals, and leaves them to whom they belong. */
export async function readJournals(folder: string): Promise<Journalled> {
  const [done, failed] = [new Set<number>(), new Set<number>()];
  for (const part of await journalParts(folder)) {
    for (const line of await readJournal(journalPath(folder, part)).catch(() => [])) {
      const record = JSON.parse(line) as SurveyRecord;
      ("reason" in record ? failed : done).add(record.index);
    }
  }
  return { done, failed };
}

/** The names of a table's parts. */
export async function tableParts(folder: string, table: SurveyTable): Promise<string[]> {
  const names = await readdir(join(folder, PARTS)).catch(() => []);
  return names.filter((name) => name.startsWith(`${table.name}-`) && name.endsWith(".parquet")).sort();
}

/** The Parquet files that hold a table: the merged one and the parts that it does not hold yet. */
export async function tableFiles({ folder, database }: Omit<SurveyFiles, "settings">, table: SurveyTable) {
  const merged = mergedPath(folder, table);
  const own = await tableParts(folder, table);
  if (!existsSync(merged)) return own.map((name) => join(folder, PARTS, name));
  const [row] = await database.rows<{ value: string }>(
    `SELECT decode(value) AS value FROM parquet_kv_metadata(${sqlText(merged)}) WHERE decode(key) = ${sqlText(HOLDS)}`,
  );
  const held = new Set(JSON.parse(row?.value ?? "[]") as string[]);
  return [merged, ...own.filter((name) => !held.has(name)).map((name) => join(folder, PARTS, name))];
}

/** Key under which a merged file names the parts that it holds. */
export const HOLDS = "setr.holds";

/** The file of a whole table. */
export function mergedPath(folder: string, table: SurveyTable): string {
  return join(folder, `${table.name}.parquet`);
}
