import { copyFile, cp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openJournal } from "../../lib/survey/journal";
import { mergeSurvey, surveyStatus } from "../../lib/survey/merge";
import { PARTS } from "../../lib/survey/parts";
import { runSurvey } from "../../lib/survey/survey";
import { temporaryFolder } from "../fixtures";
import { allRows } from "./rows";
import { smallSurvey } from "./smallSurvey";

const folder = await temporaryFolder();
const at = (name: string) => join(folder, name);
const few = (name: string) => smallSurvey(at(name));

beforeAll(async () => {
  await runSurvey(few("one"));
});

/** Gives the first shard's pictures to another process too. */
async function measureAgain(name: string): Promise<void> {
  for (const part of await readdir(at(join(name, PARTS)))) {
    await copyFile(at(join(name, PARTS, part)), at(join(name, PARTS, part.replace("-1-of-2-", "-9-of-9-"))));
  }
}

describe("a survey in several parts", () => {
  test("counts a picture once that two processes have measured", async () => {
    await runSurvey(few("twice"), { shard: { index: 0, count: 2 } });
    await measureAgain("twice");
    await runSurvey(few("twice"), { shard: { index: 1, count: 2 } });
    expect(await allRows(at("twice"))).toEqual(await allRows(at("one")));
    await mergeSurvey(at("twice"));
    expect(await allRows(at("twice"))).toEqual(await allRows(at("one")));
  });

  test("that was stopped between merging a table and removing its parts counts nothing twice", async () => {
    await runSurvey(few("stopped"), { shard: { index: 0, count: 1 + 1 } });
    await runSurvey(few("stopped"), { shard: { index: 1, count: 1 + 1 } });
    await cp(at(join("stopped", PARTS)), at("kept"), { recursive: true });
    await mergeSurvey(at("stopped"));
    await rm(at(join("stopped", PARTS)), { recursive: true });
    await rename(at("kept"), at(join("stopped", PARTS)));
    expect(await allRows(at("stopped"))).toEqual(await allRows(at("one")));
    await mergeSurvey(at("stopped"));
    expect(await allRows(at("stopped"))).toEqual(await allRows(at("one")));
  });

  test("of which a picture was measured twice keeps it when merging stops after the first table", async () => {
    await runSurvey(few("both"), { shard: { index: 0, count: 2 } });
    await measureAgain("both");
    await runSurvey(few("both"), { shard: { index: 1, count: 2 } });
    await cp(at(join("both", PARTS)), at("others"), { recursive: true });
    await mergeSurvey(at("both"));
    const isHeads = (name: string) => name.startsWith("heads");
    for (const name of await readdir(at("both"))) {
      if (name.endsWith(".parquet") && !isHeads(name)) await rm(at(join("both", name)));
    }
    for (const name of await readdir(at("others"))) {
      if (!isHeads(name)) await rename(at(join("others", name)), at(join("both", PARTS, name)));
    }
    expect(await allRows(at("both"))).toEqual(await allRows(at("one")));
    await mergeSurvey(at("both"));
    expect(await allRows(at("both"))).toEqual(await allRows(at("one")));
  });

  test("is merged with what lies in a journal, which stays for the process that may be writing it", async () => {
    for (const index of [0, 1]) await runSurvey(few("living"), { shard: { index, count: 2 } });
    for (const name of await readdir(at(join("living", PARTS)))) {
      if (name.includes("-2-of-2-")) await rm(at(join("living", PARTS, name)));
    }
    const journal = openJournal(at("living"), "2-of-2-living-0");
    const record = (index: number) => ({ index, image: `scene:${20 + index}`, code: "worker", reason: "ended" });
    for (let index = 1; index < 17; index += 2) journal.append(record(index));
    expect(await mergeSurvey(at("living"))).toEqual({ total: 17, done: 9, failed: 8, missing: 0 });
    journal.append({ index: 1, image: "scene:21", sha256: "0", height: 96, width: 96 });
    await journal.close();
    expect(await mergeSurvey(at("living"))).toEqual({ total: 17, done: 10, failed: 7, missing: 0 });
    const { images, failures } = await allRows(at("living"));
    expect([images!.length, failures!.length]).toEqual([10, 7]);
  });

  test("that is not complete is not merged, and stays as it is", async () => {
    await runSurvey(few("half"), { shard: { index: 0, count: 2 } });
    const before = await readdir(at("half"), { recursive: true });
    await expect(mergeSurvey(at("half"))).rejects.toThrow(/expected all 17 pictures, found 8 missing/);
    expect(await readdir(at("half"), { recursive: true })).toEqual(before);
    expect(await surveyStatus(at("half"))).toEqual({ total: 17, done: 9, failed: 0, missing: 8 });
  });
});
