import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type NotebookDocument, readNotebook } from "../../lib/notebook/document";
import type { CellOutput } from "../../lib/notebook/outputs";
import type { RunStats } from "../../lib/runCache/stats";
import { fixture, temporaryFolder } from "../fixtures";
import { programIn } from "../program";

const PROJECT = join(__dirname, "..", "..");
const folder = await temporaryFolder();
const setr = programIn(folder);
const weights = fixture("setr-pup-official.safetensors"); // four layers
const cache = join(folder, "cache");
let copies = "";

beforeAll(async () => {
  process.env.SETR_CACHE = cache;
  copies = await mkdtemp(join(PROJECT, "test", "notebook-")); // inside the project, so that the library is found
});
afterAll(() => rm(copies, { recursive: true, force: true }));

/** Notebook 02 as it is, with one cell more at the end, which prints the statistics of its runs. */
async function notebookWithStats(): Promise<string> {
  const source = await readFile(join(PROJECT, "notebooks", "02-attention-maps.ipynb"), "utf8");
  const document = JSON.parse(source) as NotebookDocument;
  const print = "console.log(JSON.stringify([...runs, gradient].map((one) => one.stats)));";
  const { execution_count, outputs, ...last } = document.cells.at(-1)!;
  document.cells.push({ ...last, id: "stats", source: print, execution_count: null, outputs: [] });
  const path = join(copies, "notebook.ipynb");
  await writeFile(path, JSON.stringify(document));
  return path;
}

async function statsOfRun(path: string, parameters: readonly string[] = []): Promise<RunStats[]> {
  const out = join(folder, "executed.ipynb");
  const args = [
    "-p",
    `weights=${weights}`,
    "-p",
    "heads=4",
    "-p",
    'formats=["svg"]',
    "-p",
    `out=${folder}`,
    ...parameters,
  ];
  expect(await setr("run", path, ...args, "--out", out)).toMatchObject({ status: 0 });
  const outputs = (await readNotebook(out)).cells.at(-1)!.outputs as CellOutput[];
  return JSON.parse(outputs.map((output) => ("text" in output ? output.text : "")).join(""));
}

test("a notebook that is run again in a new process does not run the model, also with other points and colours", async () => {
  const path = await notebookWithStats();
  const first = await statsOfRun(path);
  expect(first.map(({ computed }) => computed.length)).toEqual([5, 5, 4]); // two pictures, every head of the last layer too; one gradient
  const kept = await readdir(join(cache, "runs"));
  expect(kept).toHaveLength(5 + 5 + 1 + 4); // and the scores of one picture
  const second = await statsOfRun(path);
  expect(second.map(({ computed }) => computed)).toEqual([[], [], []]);
  expect(second.map(({ fromDisk }) => fromDisk.length)).toEqual([5, 5, 4]);
  const tweaked = await statsOfRun(path, ["-p", "recipe=paper", "-p", "theme=dark", "-p", "secondPoints=[]"]);
  expect(tweaked.map(({ computed }) => computed)).toEqual([[], [], []]);
  expect(await readdir(join(cache, "runs"))).toEqual(kept);
}, 300_000);
