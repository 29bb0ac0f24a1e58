import { spawn } from "node:child_process";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { attentionStatisticsOf } from "../../lib/attentionHeads";
import { maskPng } from "../../lib/image/maskPng";
import { openPhoto } from "../../lib/openPhoto";
import { openSetr } from "../../lib/setr";
import { JOURNALS } from "../../lib/survey/journal";
import { mergeSurvey, surveyStatus } from "../../lib/survey/merge";
import { openSurvey } from "../../lib/survey/openSurvey";
import { PARTS } from "../../lib/survey/parts";
import type { SurveyOptions } from "../../lib/survey/plan";
import { runSurvey } from "../../lib/survey/survey";
import { fixture, temporaryFolder } from "../fixtures";
import { PROGRAM, programIn } from "../program";
import { allRows } from "./rows";
import { SURVEYED, smallSurvey } from "./smallSurvey";

const folder = await temporaryFolder();
const setr = programIn(folder);
const at = (name: string) => join(folder, name);
const few = (name: string, more: Partial<SurveyOptions> = {}) => smallSurvey(at(name), more);
const words = (name: string, images = "scenes:20..36") => [
  ...["survey", "--weights", SURVEYED.weights, "--heads", "4", "--images", images, "--segments", "found"],
  ...["--measure", SURVEYED.measures.join(), "--out", at(name)],
];

describe("a survey", () => {
  test("holds what a run of the model gives: distances, entropies, mean features, sizes", async () => {
    await runSurvey(few("values"));
    const survey = await openSurvey(at("values"));
    const model = await openSetr(SURVEYED.weights, { numHeads: 4 });
    const run = await model.run(await openPhoto("scene:23", model), { capture: ["A*", "Z*"] });
    const { distance, entropy, relativeEntropy } = attentionStatisticsOf(run);
    const heads = await survey.query<Record<string, number>>("FROM heads WHERE index = 3 ORDER BY layer, head");
    expect(heads.map((row) => row.distance)).toEqual(distance.flat());
    expect(heads.map((row) => row.entropy)).toEqual(entropy.flat());
    expect(heads.map((row) => row.relative_entropy)).toEqual(relativeEntropy.flat());
    const [pooled] = await survey.query<{ mean: number[] }>("FROM pooled WHERE index = 3 AND layer = 2");
    const z = run.get("Z2");
    const [, tokens, width] = z.shape as [number, number, number];
    for (const c of [0, 5, width - 1]) {
      let sum = 0;
      for (let token = 1; token < tokens; token++) sum += z.data[token * width + c]!;
      expect(pooled!.mean[c]).toBeCloseTo(sum / (tokens - 1), 5);
    }
    expect(await survey.query("SELECT image, height, width FROM images WHERE index = 3")).toEqual([
      { image: "scene:23", height: 96, width: 96 },
    ]);
    const [sums] = await survey.query("SELECT sum(pixels) AS pixels, sum(probability) AS total FROM confidence");
    expect(sums).toEqual({ pixels: 17 * 96 * 96, total: expect.closeTo(17, 4) });
    survey.close();
    await model.close();
  });

  test("in two processes, or in shards that are merged, has the same rows as in one", async () => {
    const { jobs: one, rows } = { jobs: await runSurvey(few("one")), rows: await allRows(at("one")) };
    expect(one).toMatchObject({ complete: true, total: 17, before: 0, done: 17, failed: 0 });
    await runSurvey(few("two"), { jobs: 2, batch: 3 });
    for (const index of [0, 1, 2]) await runSurvey(few("shards"), { shard: { index, count: 3 }, batch: 4 });
    expect((await readdir(at(join("shards", PARTS)))).length).toBeGreaterThan(3);
    expect(await mergeSurvey(at("shards"))).toEqual({ total: 17, done: 17, failed: 0, missing: 0 });
    expect(await readdir(at(join("shards", PARTS)))).toEqual([]);
    expect(await allRows(at("two"))).toEqual(rows);
    expect(await allRows(at("shards"))).toEqual(rows);
    expect(rows.images).toHaveLength(17);
    expect(rows.heads).toHaveLength(17 * 4 * 4);
  });

  test("says in every file which weights, settings and version made it", async () => {
    const survey = await openSurvey(at("one"));
    for (const name of ["heads", "confidence", "focus", "pooled", "images", "failures"]) {
      const file = join(at("one"), `${name}.parquet`);
      const rows = await survey.query<{ key: string; value: string }>(
        `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata('${file}')`,
      );
      const metadata = Object.fromEntries(rows.map(({ key, value }) => [key, value]));
      expect(metadata["setr.weights.sha256"]).toBe(survey.settings.weights);
      expect(metadata["setr.version"]).toBe(survey.settings.version);
      expect(JSON.parse(metadata["setr.settings"]!)).toEqual(survey.settings);
    }
    survey.close();
  });

  test("measures again only what is missing", async () => {
    await runSurvey(few("rest"), { shard: { index: 1, count: 4 } });
    const outcome = await runSurvey(few("rest"));
    expect(outcome).toMatchObject({ total: 17, before: 4, done: 13, complete: true });
    expect(await runSurvey(few("rest"))).toMatchObject({ before: 17, done: 0, complete: true });
    expect(await allRows(at("rest"))).toEqual(await allRows(at("one")));
  });

  test.each([
    [
      "weights",
      { weights: fixture("vit-encoder-deit.pth"), measures: ["distance"], segments: undefined },
      /expected weights "/,
    ],
    [
      "pictures",
      { images: "scenes:20..37" },
      /expected images\.count 17 as at its first start, found 18; give another/,
    ],
    [
      "measures",
      { measures: ["distance"] as const, segments: undefined },
      /expected measures \["distance","entropy",.+ found \["distance"\]/,
    ],
    ["the way of segmenting", { flip: true }, /expected inference\.flip false as at its first start, found true/],
  ] as const)("refuses to go on with other %s", async (_, more, message) => {
    await expect(runSurvey(few("one", more as Partial<SurveyOptions>))).rejects.toThrow(message);
  });

  test("refuses to go on with another folder of pictures or labels, where it is known with which it began", async () => {
    const blue = { create: { width: 30, height: 20, channels: 3 as const, background: "#4080c0" } };
    const labels = await maskPng({ height: 20, width: 30, classes: new Uint16Array(600) });
    for (const folder of ["blue", "azure", "tags", "marks"]) await mkdir(at(folder));
    for (const folder of ["blue", "azure"]) await sharp(blue).toFile(at(join(folder, "a.png")));
    for (const folder of ["tags", "marks"]) await writeFile(at(join(folder, "a.png")), labels);
    const options = few("folders", { images: at("blue"), labels: at("tags"), measures: ["iou", "focus"] });
    await runSurvey(options);
    expect(await runSurvey({ ...options, images: `${at("blue")}/` })).toMatchObject({ before: 1, done: 0 });
    await expect(runSurvey({ ...options, images: at("azure") })).rejects.toThrow(
      /expected images\.source ".+blue" as at/,
    );
    await expect(runSurvey({ ...options, labels: at("marks") })).rejects.toThrow(/expected labels ".+tags" as at/);
    const path = at(join("folders", "survey.json"));
    const { labels: _, ...older } = JSON.parse(await readFile(path, "utf8"));
    await writeFile(path, JSON.stringify(older));
    expect(await runSurvey({ ...options, labels: at("marks") })).toMatchObject({ before: 1, done: 0 });
  });
});

describe("a picture that cannot be measured", () => {
  test("is a row of failures.parquet, ends the command with 1, and is tried again", async () => {
    await mkdir(at("pictures/within"), { recursive: true });
    const noise = { create: { width: 40, height: 30, channels: 3 as const, background: "#4080c0" } };
    for (const name of ["a.png", "within/b.jpg", "c.png"]) await sharp(noise).toFile(at(`pictures/${name}`));
    await writeFile(at("pictures/broken.png"), "Dear reader,");
    const first = await setr(...words("failing", "pictures"));
    expect(first.status).toBe(1);
    expect(first.stderr).toMatch(/^setr: survey: expected every picture to be measured, found 1 that could not be/m);
    const survey = await openSurvey(at("failing"));
    expect(await survey.query(`SELECT index, image, code, reason FROM '${at("failing/failures.parquet")}'`)).toEqual([
      { index: 1, image: "broken.png", code: "not-an-image", reason: expect.stringContaining("expected JPEG, PNG") },
    ]);
    expect((await survey.query("SELECT image FROM images ORDER BY index")).map(({ image }) => image)).toEqual([
      "a.png",
      "c.png",
      "within/b.jpg",
    ]);
    survey.close();
    await copyFile(at("pictures/a.png"), at("pictures/broken.png"));
    const second = await setr(...words("failing", "pictures"));
    expect(second).toMatchObject({ status: 0, stdout: expect.stringContaining("4 of 4 pictures, 3 of them before") });
    expect((await allRows(at("failing"))).failures).toEqual([]);
  });

  test("may have ended its process: another one goes on without it", async () => {
    const [worker, images] = [join(__dirname, "dyingWorker.cjs"), 17];
    const child = await setrWith({ NODE_OPTIONS: `--require=${worker}` }, ...words("dying"), "--jobs", "2");
    expect(child.status).toBe(1);
    const rows = await allRows(at("dying"));
    expect(rows.failures).toEqual([
      expect.objectContaining({ image: "scene:25", code: "worker", reason: expect.stringContaining("SIGKILL") }),
    ]);
    expect(rows.images).toHaveLength(images - 1);
  });
});

describe("a survey that is stopped", () => {
  test("by Ctrl-C finishes the pictures in hand, writes what is done, and goes on with the same command", async () => {
    const child = spawn(process.execPath, [PROGRAM, ...words("interrupted", "scenes:0..399"), "--jobs", "2"]);
    let errors = "";
    child.stderr.on("data", (text) => {
      errors += text;
    });
    while ((await journalled("interrupted")) < 3) await later(20);
    child.kill("SIGINT");
    expect(await ended(child)).toBe(130);
    expect(errors).toMatch(/stopped after \d+ of 400 pictures; the same command goes on from there/);
    const { done, missing } = await surveyStatus(at("interrupted"));
    expect(done).toBeGreaterThanOrEqual(3);
    expect(done + missing).toBe(400);
    expect(await readdir(at(join("interrupted", JOURNALS)))).toEqual([]);
    expect(await readdir(at(join("interrupted", PARTS)))).toContainEqual(expect.stringMatching(/^images-.*\.parquet$/));
  });

  test("by kill -9 at ten moments, and then finished, has lost no picture that was done", async () => {
    const complete = words("complete", "scenes:0..99");
    expect(await setr(...complete)).toMatchObject({ status: 0 });
    let done = 0;
    for (let round = 0; round < 10; round++) {
      const child = spawn(process.execPath, [PROGRAM, ...words("killed", "scenes:0..99"), "--jobs", "2"]);
      await Promise.race([begun("killed", done), ended(child)]);
      await later(800 * Math.random());
      const before = await journalled("killed");
      child.kill("SIGKILL");
      await ended(child);
      const status = await surveyStatus(at("killed")).catch(() => ({ done: 0 })); // killed before it began
      expect(status.done).toBeGreaterThanOrEqual(Math.max(done, before));
      done = status.done;
    }
    expect(await setr(...words("killed", "scenes:0..99"))).toMatchObject({ status: 0 });
    expect(await allRows(at("killed"))).toEqual(await allRows(at("complete")));
  }, 300_000);
});

/** Records in the journals of a survey. */
async function journalled(name: string): Promise<number> {
  const journals = at(join(name, JOURNALS));
  let records = 0;
  for (const file of await readdir(journals).catch(() => [])) {
    const text = file.endsWith(".journal") ? await readFile(join(journals, file), "utf8").catch(() => "") : "";
    records += text.split("\n").length - 1;
  }
  return records;
}

/** Resolves when a picture more than these is in a journal. */
async function begun(name: string, done: number): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    const status = await surveyStatus(at(name)).catch(() => ({ done: 0 })); // not begun
    if (status.done > done) return;
    await later(20);
  }
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function ended(child: ReturnType<typeof spawn>): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.on("exit", (code) => resolve(code)));
}

async function setrWith(environment: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, ...environment } });
  return { status: await ended(child) };
}
