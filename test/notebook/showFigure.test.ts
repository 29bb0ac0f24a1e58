import { spawnSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeNotebook } from "../../lib/notebook/document";
import type { DisplayOutput } from "../../lib/notebook/outputs";
import { type NotebookRun, runNotebook } from "../../lib/notebook/run";
import { explorersStarted, openedPages, shownPlot, withoutBrowser } from "../figure/html/chromium";
import { codeCell, makeFolder, markdownCell, writeCells } from "./notebooks";

const prepare = `import * as setr from "setr";
const grid = { height: 5, width: 7 };
const rows = Float32Array.from({ length: 1225 }, (_, i) => 0.5 + 0.5 * Math.sin(12.9898 * (i + 1)));
const photo = { height: 50, width: 70, data: Uint8Array.from({ length: 10500 }, (_, i) => (7 * i) % 256) };
const point = { row: 2, col: 3 };
const map = { ...grid, data: rows.slice(17 * 35, 18 * 35) };
const figure = setr.attentionFigure(photo, [{ point: point, map: map }], { recipe: { photo: "none", method: "rollout" } });
const explorer = setr.attentionExplorer({ photo: photo, grid: grid, methods: [{ name: "rollout", rows: rows }], point: point });
const alive = setr.withExplorer(figure, explorer);
const similarity = { shape: [35, 35], data: rows };
const tiles = setr.positionSimilarityFigure(similarity, grid, { theme: "dark" });`;

const WITH_PLOTLY = /plotly\.js v/g;

let folder: string;
let run: NotebookRun;
beforeAll(async () => {
  folder = await makeFolder();
  const path = await writeCells(
    folder,
    codeCell(prepare),
    markdownCell("# Figures"),
    codeCell("await setr.show(figure);"),
    codeCell("await setr.show(alive);"),
    codeCell("const still = setr.liveDisplay(); await still.show(alive); await still.show(figure);"),
    codeCell("const live = setr.liveDisplay(); await live.show(figure); await live.show(alive);"),
    codeCell(
      "await setr.show(setr.withExplorer(tiles, setr.similarityExplorer({ similarity: similarity, grid: grid })));",
    ),
    codeCell('await live.show(figure); await live.show(alive); console.log("end");'),
  );
  run = await runNotebook(path);
});
afterAll(() => rm(folder, { recursive: true }));

function outputsOf(index: number): DisplayOutput[] {
  return run.document.cells[index].outputs as DisplayOutput[];
}

function html(output: DisplayOutput): string {
  return output.data["text/html"] as string;
}

describe("a figure that is shown", () => {
  test("is one output: a picture, and its title and recipe as text", () => {
    const [output, ...others] = outputsOf(2);
    expect(others).toEqual([]);
    expect(output.data).toEqual({
      "image/png": expect.stringMatching(/^iVBORw0KGgo/),
      "text/plain": "Attention maps of picked points\nphoto: none\nmethod: rollout",
    });
    expect(output.metadata).toEqual({ "image/png": { width: 658 } });
  });

  test("has HTML too when it has an explorer, also in a place that is shown again", () => {
    for (const index of [3, 5, 6]) {
      const [output, ...others] = outputsOf(index);
      expect(others).toEqual([]);
      expect(Object.keys(output.data).sort()).toEqual(["image/png", "text/html", "text/plain"]);
      expect(html(output)).toContain('<script type="application/json" class="setr-data">');
    }
    expect(outputsOf(7)).toMatchObject([{ output_type: "stream" }]);
    expect(outputsOf(4)).toEqual(outputsOf(2)); // shown without at last
  });

  test("brings plotly.js along where it is the newest, and nowhere else", () => {
    const counts = [3, 5, 6].map((index) => html(outputsOf(index)[0]).match(WITH_PLOTLY)?.length ?? 0);
    expect(counts).toEqual([0, 1, 0]); // the place of the second was shown at last
  });
});

async function hoverFirstPatch(page: Awaited<ReturnType<ReturnType<typeof openedPages>>>["page"]): Promise<void> {
  await page
    .locator(".setr-board")
    .first()
    .hover({ position: { x: 9, y: 9 } });
  await expect.poll(async () => (await shownPlot(page)).title).toBe("(0, 0) rollout");
}

describe.skipIf(withoutBrowser)("a page of a notebook's outputs", () => {
  const open = openedPages();

  test("is alive in all figures, as soon as the one with plotly.js was read", async () => {
    const outputs = [3, 5, 6].flatMap(outputsOf).map((output) => `<div class="output">${html(output)}</div>`);
    const path = join(folder, "outputs.html");
    await writeFile(path, `<!doctype html><meta charset="utf-8">${outputs.join("\n")}`);
    const { page, troubles } = await open(path);
    await explorersStarted(page, 3);
    await hoverFirstPatch(page);
    expect((await page.content()).match(WITH_PLOTLY)).toHaveLength(1);
    expect(troubles).toEqual([]);
  });

  const hasJupyter = spawnSync("jupyter", ["nbconvert", "--version"]).status === 0;
  if (!hasJupyter && !process.env.CI) console.log("skipped: explorers in exported notebooks (no `jupyter nbconvert`)");

  test.skipIf(!hasJupyter && !process.env.CI)("as nbconvert exports it is alive too", async () => {
    const path = join(folder, "executed.ipynb");
    await writeNotebook(path, run.document);
    const local = ["--HTMLExporter.require_js_url=", "--HTMLExporter.mathjax_url="]; // nbconvert's own, from the network
    const outcome = spawnSync("jupyter", ["nbconvert", "--to", "html", ...local, path], { encoding: "utf8" });
    expect(outcome.status).toBe(0);
    const { page, troubles } = await open(join(folder, "executed.html"));
    await explorersStarted(page, 3);
    await hoverFirstPatch(page);
    expect((await page.content()).match(WITH_PLOTLY)).toHaveLength(1);
    expect(troubles).toEqual([]);
  });
});
