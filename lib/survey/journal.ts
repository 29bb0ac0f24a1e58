import { closeSync, fdatasync, mkdirSync, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { crc32 } from "../checkpoint/crc32";
import { SurveyError } from "../errors";
import type { SurveyRecord } from "./tables";

/** Folder of the journals within a survey's. */
export const JOURNALS = "journal";

const ENDING = ".journal";
const toDisk = promisify(fdatasync);

/**
 * A file to which the records of finished pictures are appended, one a line.
 *
 * A record is the system's when `append` returns, and survives the end of the process, however it ends; that the disk has
 * it, which matters when the machine itself stops, is seen to beside the work on the next picture.
 */
export interface Journal {
  readonly part: string;
  readonly records: number;
  /**
   * Hands a record to the system.
   *
   * @throws SurveyError `not-written` when the system refuses it: the disk is full
   */
  append(record: SurveyRecord): void;
  /**
   * Ends the journal when the disk has all of it.
   *
   * @throws SurveyError `not-written` when the disk could not take it
   */
  close(): Promise<void>;
}

/** The journal of a part. */
export function journalPath(folder: string, part: string): string {
  return join(folder, JOURNALS, `${part}${ENDING}`);
}

/** The part that a file in the folder of journals belongs to; undefined for other files. */
export function partOfJournal(name: string): string | undefined {
  return name.endsWith(ENDING) ? name.slice(0, -ENDING.length) : undefined;
}

/**
 * Begins a journal.
 *
 * @param part a name that no other journal ever has
 * @throws SurveyError `not-written`
 */
export function openJournal(folder: string, part: string): Journal {
  const path = journalPath(folder, part);
  const refuse = (error: Error): never => {
    throw new SurveyError("not-written", `${path}: cannot be written (${error.message})`);
  };
  const file = created(folder, path, refuse);
  let records = 0;
  let onDisk = 0;
  let flushing: Promise<void> | undefined;
  const flush = async () => {
    while (onDisk < records) {
      const reached = records;
      await toDisk(file).catch(refuse);
      onDisk = reached;
    }
    flushing = undefined;
  };
  return {
    part,
    get records() {
      return records;
    },
    append(record) {
      const line = Buffer.from(journalLine(record));
      try {
        for (let at = 0; at < line.length; ) at += writeSync(file, line, at);
      } catch (error) {
        refuse(error as Error);
      }
      records++;
      flushing ??= flush();
      flushing.catch(() => undefined); // told by `close`
    },
    async close() {
      try {
        await flushing;
      } finally {
        closeSync(file);
      }
    },
  };
}

function created(folder: string, path: string, refuse: (error: Error) => never): number {
  try {
    mkdirSync(join(folder, JOURNALS), { recursive: true });
    return openSync(path, "ax");
  } catch (error) {
    return refuse(error as Error);
  }
}

/** A record as a line: CRC-32 of the JSON, the JSON. */
export function journalLine(record: SurveyRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/** The lines of JSON of a journal, up to the first that is torn or damaged. */
export async function readJournal(path: string): Promise<string[]> {
  const lines = (await readFile(path, "utf8")).split("\n");
  const whole = lines.slice(0, -1); // what follows the last line end was never finished
  const damaged = whole.findIndex((line) => line.slice(0, 8) !== checksum(line.slice(9)));
  return (damaged < 0 ? whole : whole.slice(0, damaged)).map((line) => line.slice(9));
}

function checksum(json: string): string {
  return crc32(Buffer.from(json)).toString(16).padStart(8, "0");
}
