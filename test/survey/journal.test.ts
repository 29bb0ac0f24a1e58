import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { journalLine, journalPath, openJournal, readJournal } from "../../lib/survey/journal";
import { temporaryFolder } from "../fixtures";

const folder = await temporaryFolder();
const at = (name: string) => join(folder, name);

describe("a journal", () => {
  const records = [3, 5, 7].map((index) => ({ index, image: `é ${index}`, sha256: "0", height: 2, width: 3 }));

  test("gives back its records", async () => {
    const journal = openJournal(folder, "whole");
    for (const record of records) journal.append(record);
    await journal.close();
    expect((await readJournal(journalPath(folder, "whole"))).map((line) => JSON.parse(line))).toEqual(records);
    expect(() => openJournal(folder, "whole")).toThrow(/EEXIST/);
  });

  test("torn at any byte gives back the records before", async () => {
    const bytes = Buffer.from(records.map(journalLine).join(""));
    const ends = records.map((_, i) =>
      Buffer.byteLength(
        records
          .slice(0, i + 1)
          .map(journalLine)
          .join(""),
      ),
    );
    for (let length = 0; length <= bytes.length; length++) {
      await writeFile(at("torn.journal"), bytes.subarray(0, length));
      expect(await readJournal(at("torn.journal"))).toHaveLength(ends.filter((end) => end <= length).length);
    }
  });

  test("damaged in the middle gives back the records before the damage", async () => {
    const bytes = Buffer.from(records.map(journalLine).join(""));
    bytes[journalLine(records[0]!).length + 15]! ^= 1;
    await writeFile(at("damaged.journal"), bytes);
    expect(await readJournal(at("damaged.journal"))).toHaveLength(1);
  });
});
