import { type Database, sqlText } from "./database";
import { type TableFiles, tableFiles } from "./parts";
import { FAILURES, SURVEY_TABLES, type SurveyTable } from "./tables";

/** The part that a row comes from, by the name of its file; none, which comes first, for a merged file. */
const PART = "regexp_extract(parse_filename(filename), '^[a-z]+-(.*)\\.parquet$', 1)";

/**
 * Makes every table of a survey a view of the database, under its name.
 *
 * A picture that was measured twice, because two processes did the same shard, counts once. A failure counts until the
 * picture has been measured.
 *
 * @returns names of the parts of each table whose rows the view has
 */
export async function createViews(
  database: Database,
  folder: string,
): Promise<ReadonlyMap<SurveyTable, readonly string[]>> {
  const found = new Map<SurveyTable, TableFiles>();
  // The pictures first: their part is written last, so that a part that comes now has all other rows of its pictures.
  for (const table of [...SURVEY_TABLES].reverse()) found.set(table, await tableFiles(database, folder, table));
  for (const [table, { paths }] of found) {
    await database.run(`CREATE OR REPLACE TEMP VIEW ${table.name} AS ${rowsOf(table, paths)}`);
  }
  return new Map([...found].map(([table, { parts }]) => [table, parts]));
}

function rowsOf(table: SurveyTable, files: readonly string[]): string {
  const { columns } = table;
  const names = ["index", "image", ...Object.keys(columns).map((column) => `"${column}"`)].join(", ");
  if (files.length === 0) {
    const types = { index: "INTEGER", image: "VARCHAR", ...columns };
    const empty = Object.entries(types).map(([column, type]) => `NULL::${type} AS "${column}"`);
    return `SELECT ${empty.join(", ")} WHERE false`;
  }
  const source = `read_parquet([${files.map(sqlText).join(", ")}], filename = true)`;
  if (table === FAILURES) {
    return `SELECT DISTINCT ON (index) ${names} FROM ${source} WHERE index NOT IN (SELECT index FROM images)`;
  }
  if (files.length === 1) return `SELECT ${names} FROM ${source}`;
  const kept = `SELECT index, min(${PART}) AS part FROM ${source} GROUP BY index`; // one part of each picture
  return `SELECT ${names} FROM (SELECT *, ${PART} AS part FROM ${source}) JOIN (${kept}) USING (index, part)`;
}
