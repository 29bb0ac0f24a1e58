import { tmpdir } from "node:os";
import { SurveyError } from "../errors";

/** DuckDB in memory, over files. */
export interface Database {
  /** Rows of a query; whole numbers as numbers, lists as arrays. */
  rows<Row = Record<string, unknown>>(sql: string): Promise<Row[]>;
  /** Runs a statement whose rows are not wanted. */
  run(sql: string): Promise<void>;
  close(): void;
}

/** Most memory that DuckDB takes before it goes on in temporary files. */
const MEMORY = "1GB";

/**
 * Starts DuckDB; the package is loaded only then. It never fetches extensions.
 *
 * @throws SurveyError `not-there`; queries throw SurveyError `query`
 */
export async function openDatabase(): Promise<Database> {
  const { DuckDBInstance } = await import("@duckdb/node-api").catch((error: Error) => {
    const expected = "the package @duckdb/node-api with its binding for this machine";
    throw new SurveyError("not-there", `duckdb: expected ${expected}, found: ${firstLine(error.message)}`);
  });
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    memory_limit: MEMORY,
    temp_directory: tmpdir(),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  const refuse = (error: Error) => {
    throw new SurveyError("query", `query: ${firstLine(error.message)}`);
  };
  return {
    async rows<Row>(sql: string) {
      const reader = await connection.runAndReadAll(sql).catch(refuse);
      return reader.getRowObjectsJS().map((row) => plain(row) as Row);
    },
    async run(sql) {
      await connection.run(sql).catch(refuse);
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A text as SQL writes it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Whole numbers that fit as numbers, within lists and structures too. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}
