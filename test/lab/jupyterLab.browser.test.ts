import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Point } from "../../lib/arrays";
import { explorerMaps } from "../../lib/explorerMaps";
import { packMaps } from "../../lib/figure/html/packing";
import type { GridSize } from "../../lib/model/config";
import { readNotebook } from "../../lib/notebook/document";
import { openPhoto } from "../../lib/openPhoto";
import { patchAt } from "../../lib/patchAt";
import { openSetr } from "../../lib/setr";
import { shownPlot, startChromium, withoutBrowser } from "../figure/html/chromium";
import { poppler, skipsPoppler } from "../figure/poppler";
import { sayWhenSkipped, skipJupyter } from "../jupyter";
import { type JupyterLab, startJupyterLab } from "../jupyterLab";
import { hasRun, type NotebookPage, openNotebook, PATIENCE } from "./notebookPage";

const NAME = "02-attention-maps.ipynb";
const ERROR = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]';
/** The place that the parameters are edited to. */
const OTHER = { y: 0.9, x: 0.3 };
const WEIGHTS = join(__dirname, "..", "..", "weights", "setr-pup-scenes.safetensors");

sayWhenSkipped("JupyterLab in a browser");
describe.skipIf(skipJupyter || withoutBrowser)("a notebook in JupyterLab, in a browser", () => {
  let lab: JupyterLab;
  let browser: Browser;
  let notebook: NotebookPage;
  let sources: string[];
  let grid: GridSize;
  /** The first point of the parameters. */
  let first: Point;
  /** Relative rollout of every patch of the first picture, one map after the other: what the explorer shows first. */
  let rows: Float32Array;

  const cellWith = (text: string) => sources.findIndex((source) => source.includes(text));
  const textOf = (index: number) => notebook.cell(index).locator(".jp-Cell-outputArea").textContent();

  beforeAll(async () => {
    const { cells } = await readNotebook(join(__dirname, "..", "..", "notebooks", NAME));
    sources = cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.source);
    const model = await openSetr(WEIGHTS);
    const photo = await openPhoto(/const photo = "([^"]+)"/.exec(sources.join("\n"))![1]!, model);
    const run = await model.run(photo, { capture: ["A*.mean"] });
    grid = model.grid;
    const [map] = await explorerMaps(run, { maps: [{ method: "rollout", relative: true }] });
    rows = map!.rows as Float32Array;
    const [, y, x] = /const points = \[\{ y: ([\d.]+), x: ([\d.]+) \}/.exec(sources.join("\n"))!.map(Number);
    first = patchAt(model, { y: y!, x: x! });
    await model.close();
    [lab, browser] = await Promise.all([startJupyterLab(), startChromium()]);
    notebook = await openNotebook(browser, lab, NAME);
  }, 600_000);
  afterAll(async () => {
    await notebook?.close();
    await browser?.close();
    await lab?.stop();
  }, 120_000);

  test("runs from top to bottom, every cell without an error", async () => {
    await notebook.menu("runmenu:run-all");
    for (const index of sources.keys()) await hasRun(notebook.cell(index), index + 1);
    expect(await notebook.page.locator(ERROR).count()).toBe(0);
    expect(await textOf(cellWith("model.run("))).toMatch(/^\d+ values in [\d.]+ s: /);
  }, 600_000);

  test("shows in the figure the map of the patch that is pointed at, as it is computed here", async () => {
    await expectMap(first);
    for (const point of [
      { row: 2, col: 11 },
      { row: 13, col: 3 },
    ]) {
      // The page may still move under the pointer while late outputs are laid out.
      await expect.poll(() => hoverPatch(point), PATIENCE).toMatch(titleOf(point));
      await expectMap(point);
    }
  }, 600_000);

  test("shows another point's maps after an edit, of the attention that is kept", async () => {
    const index = cellWith("const points = ");
    const edited = sources[index]!.replace(
      /const points = \[\{[^}]*\}/,
      `const points = [{ y: ${OTHER.y}, x: ${OTHER.x} }`,
    );
    expect(edited).not.toBe(sources[index]);
    await notebook.edit(index, edited);
    await notebook.menu("notebook:run-all-below");
    for (let i = index; i < sources.length; i++) await hasRun(notebook.cell(i), sources.length + 1 + i - index);
    await expectMap(patchOf(OTHER));
    const lines = (await textOf(cellWith("const runs = []")))!
      .split("\n")
      .filter((line) => line.includes(" values in "));
    expect(lines).toHaveLength(2); // pictures
    for (const line of lines) expect(line).toMatch(/^(\d+) values in [\d.]+ s: \1 from memory$/);
  }, 600_000);

  test.skipIf(skipsPoppler)("saves a PDF of the edited figure, with point, scale and recipe as text", async () => {
    const { row, col } = patchOf(OTHER);
    const path = join(lab.folder, "..", "figures", "figure-2-attention-maps.pdf");
    const text = poppler("pdftotext", "-raw", path, "-").replace(/\s+/g, " ");
    expect(text).toMatch(new RegExp(`^\\(${row}, ${col}\\) .*Attention \\(each map in its own range\\)`));
    expect(text).toContain("recipe: ours (attention rollout");
  });

  test("shows where and why a cell has failed", async () => {
    const [parameters, failing] = [cellWith("const points = "), cellWith("const pictures = ")];
    await notebook.edit(parameters, sources[parameters]!.replace(/const photo = "[^"]+"/, 'const photo = "gone.jpg"'));
    await notebook.menu("notebook:run-all-below");
    const shown = notebook.cell(failing).locator(ERROR);
    await expect.poll(() => shown.count(), PATIENCE).toBe(1);
    const text = await shown.textContent();
    expect(text).toMatch(/^ImageError \[not-found\]: gone\.jpg: expected a picture, found no such file\n/);
    expect(text).toMatch(/\nCell \[\d+\], line 1, column \d+\n> 1 \| const pictures = /);
    expect(await notebook.page.locator(ERROR).count()).toBe(1);
  }, 600_000);

  test("writes nothing to the browser's console, and asks no other machine", () => {
    expect(notebook.troubles).toEqual([]);
  });

  const patchOf = ({ y, x }: typeof OTHER) => ({ row: Math.floor(y * grid.height), col: Math.floor(x * grid.width) });

  const titleOf = ({ row, col }: Point) => new RegExp(`^\\(${row}, ${col}\\) rollout, relative`);

  /** Points at the middle of a patch of the first picture, and gives the title that is then shown. */
  async function hoverPatch({ row, col }: Point): Promise<string> {
    const board = notebook.page.locator(".setr-board").first();
    await board.scrollIntoViewIfNeeded();
    const box = (await board.boundingBox())!;
    const { page } = notebook;
    await page.mouse.move(
      box.x + ((col + 0.5) * box.width) / grid.width,
      box.y + ((row + 0.5) * box.height) / grid.height,
    );
    return (await shownPlot(page)).title;
  }

  /** Waits for the plot of a patch and compares its values with the computed ones. */
  async function expectMap(point: Point): Promise<void> {
    const title = async () => (await shownPlot(notebook.page)).title;
    await expect.poll(title, PATIENCE).toMatch(titleOf(point));
    const length = grid.height * grid.width;
    const start = (point.row * grid.width + point.col) * length;
    const { levels, ranges } = packMaps("map", rows.slice(start, start + length), length);
    const [min, max] = [ranges[0]!, ranges[1]!];
    await expect.poll(async () => (await shownPlot(notebook.page)).range, PATIENCE).toEqual([min, max]);
    const { z } = await shownPlot(notebook.page);
    expect(z.flat()).toEqual([...levels].map((level) => min + (level * (max - min)) / 255));
  }
});
