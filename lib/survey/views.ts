import { type Database, sqlText } from "./database";
import { tableFiles } from "./parts";
import { FAILURES, SURVEY_TABLES, type SurveyTable } from "./tables";

/** The part that a row comes from, by the name of its file; none for a merged file. */
const PART = "regexp_extract(parse_filename(filename), '^[a-z]+-(.*)\\.parquet$', 1)";

/**
 * Makes every table of a survey a view of the database, under its name.
 *
 * A picture that was measured twice, because two processes did the same shard, counts once. A failure counts until the
 * picture has been measured.
 */
export async function createViews(database: Database, folder: string): Promise<void> {
  const files = new Map<SurveyTable, readonly string[]>();
  for (const table of SURVEY_TABLES) files.set(table, await tableFiles({ folder, database }, table));
  const images = SURVEY_TABLES.find(({ name }) => name === "images")!;
  const repeated = await findRepeated(database, files.get(images)!);
  for (const table of [images, ...SURVEY_TABLES.filter((other) => other !== images)]) {
    const rows = rowsOf(table, files.get(table)!, repeated && table !== FAILURES);
    await database.run(`CREATE OR REPLACE TEMP VIEW ${table.name} AS ${rows}`);
  }
}

/** Keeps one part of each picture, where there are several; says whether there are. */
async function findRepeated(database: Database, files: readonly string[]): Promise<boolean> {
  if (files.length === 0) return false;
  const source = read(files);
  const [counts] = await database.rows<{ rows: number; images: number }>(
    `SELECT count(*) AS rows, count(DISTINCT index) AS images FROM ${source}`,
  );
  if (counts!.rows === counts!.images) return false;
  const kept = `SELECT index, min(${PART}) AS part FROM ${source} GROUP BY index`;
  await database.run(`CREATE OR REPLACE TEMP TABLE kept_parts AS ${kept}`);
  return true;
}

function rowsOf(table: SurveyTable, files: readonly string[], repeated: boolean): string {
  const { columns } = table;
  const names = ["index", "image", ...Object.keys(columns).map((column) => `"${column}"`)].join(", ");
  if (files.length === 0) {
    const types = { index: "INTEGER", image: "VARCHAR", ...columns };
    const empty = Object.entries(types).map(([column, type]) => `NULL::${type} AS "${column}"`);
    return `SELECT ${empty.join(", ")} WHERE false`;
  }
  if (table === FAILURES) {
    return `SELECT DISTINCT ON (index) ${names} FROM ${read(files)} WHERE index NOT IN (SELECT index FROM images)`;
  }
  if (!repeated) return `SELECT ${names} FROM ${read(files)}`;
  return `SELECT ${names} FROM (SELECT *, ${PART} AS part FROM ${read(files)}) JOIN kept_parts USING (index, part)`;
}

function read(files: readonly string[]): string {
  return `read_parquet([${files.map(sqlText).join(", ")}], filename = true)`;
}
