import { randomBytes } from "node:crypto";
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
function partPath(folder: string, table: SurveyTable, part: string): string {
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
  await writeTables(files, part, lines);
  await rm(journal, { force: true });
  return lines.length;
}

/**
 * Writes what a journal holds by now as Parquet files under a name of their own, and leaves the journal to whom it belongs:
 * a process that still runs would go on writing into one that is gone.
 */
export async function copyJournal(files: SurveyFiles, part: string): Promise<void> {
  const lines = await readJournal(journalPath(files.folder, part)).catch(() => []); // it has become parts
  await writeTables(files, `${part}-to-${lines.length}`, lines);
}

async function writeTables(files: SurveyFiles, part: string, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  const { folder, database } = files;
  await mkdir(join(folder, PARTS), { recursive: true });
  const json = join(folder, JOURNALS, `.${part}.${randomBytes(6).toString("hex")}.json.tmp`);
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

/** A picture that lies in a journal, of a process that runs or was killed. */
export interface Journalled {
  readonly part: string;
  readonly index: number;
  readonly failed: boolean;
}

/** Reads all journals, and leaves them to whom they belong. */
export async function readJournals(folder: string): Promise<Journalled[]> {
  const found: Journalled[] = [];
  for (const part of await journalParts(folder)) {
    for (const line of await readJournal(journalPath(folder, part)).catch(() => [])) {
      const record = JSON.parse(line) as SurveyRecord;
      found.push({ part, index: record.index, failed: "reason" in record });
    }
  }
  return found;
}

/** Where a table lies. */
export interface TableFiles {
  /** Names of its parts. */
  readonly parts: readonly string[];
  /** Paths of the files to read: the merged one and the parts that it does not hold yet. */
  readonly paths: readonly string[];
}

/** Lists the files of a table. */
export async function tableFiles(database: Database, folder: string, table: SurveyTable): Promise<TableFiles> {
  const names = await readdir(join(folder, PARTS)).catch(() => []);
  const parts = names.filter((name) => name.startsWith(`${table.name}-`) && name.endsWith(".parquet")).sort();
  const merged = mergedPath(folder, table);
  if (!existsSync(merged)) return { parts, paths: parts.map((name) => join(folder, PARTS, name)) };
  const [row] = await database.rows<{ value: string }>(
    `SELECT decode(value) AS value FROM parquet_kv_metadata(${sqlText(merged)}) WHERE decode(key) = ${sqlText(HOLDS)}`,
  );
  const held = new Set(JSON.parse(row?.value ?? "[]") as string[]);
  const others = parts.filter((name) => !held.has(name));
  return { parts, paths: [merged, ...others.map((name) => join(folder, PARTS, name))] };
}

/** Key under which a merged file names the parts that it holds. */
export const HOLDS = "setr.holds";

/** The file of a whole table. */
export function mergedPath(folder: string, table: SurveyTable): string {
  return join(folder, `${table.name}.parquet`);
}
