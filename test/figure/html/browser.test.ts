import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { NdArray } from "../../../lib/arrays";
import { renderHtml } from "../../../lib/figure/html/html";
import { packMaps } from "../../../lib/figure/html/packing";
import { saveFigure } from "../../../lib/figure/save";
import { temporaryFolder } from "../../fixtures";
import { explorersStarted, openedPages, shownPlot, withoutBrowser } from "./chromium";
import {
  atlasLayers,
  atlasSample,
  attentionSample,
  explorerLayers,
  featuresSample,
  grid,
  mapOf,
  methods,
  point,
  sampleRows,
  similaritySample,
} from "./explorers";

/** Points at the middle of a patch. */
async function hoverPatch(page: Page, row: number, col: number): Promise<void> {
  const box = (await page.locator(".setr-board").first().boundingBox())!;
  const x = box.x + ((col + 0.5) * box.width) / grid.width;
  await page.mouse.move(x, box.y + ((row + 0.5) * box.height) / grid.height);
}

/** Waits for the plot of a patch and compares its values with the computed ones. */
async function expectMap(page: Page, rows: NdArray, row: number, col: number, figure = 0): Promise<void> {
  await expect.poll(async () => (await shownPlot(page, figure)).title).toMatch(new RegExp(`^\\(${row}, ${col}\\)`));
  const { data } = mapOf(rows, row, col);
  const { levels, ranges } = packMaps("map", data, data.length);
  const [min, max] = ranges;
  await expect.poll(async () => (await shownPlot(page, figure)).range).toEqual([min, max]);
  const { z } = await shownPlot(page, figure);
  expect(z.flat()).toEqual([...levels].map((level) => min + (level * (max - min)) / 255));
  z.flat().forEach((value, i) => {
    expect(Math.abs(value - data[i])).toBeLessThanOrEqual((max - min) / 510 + 1e-7);
  });
}

describe.skipIf(withoutBrowser)("in a browser", () => {
  const open = openedPages();
  const saved = async (name: string, html: string) => {
    const path = join(await folder, name);
    await writeFile(path, html);
    return path;
  };
  const folder = temporaryFolder();

  it("the attention explorer shows the map of the patch that is pointed at", async () => {
    const path = await saveFigure(attentionSample(), join(await folder, "attention.html"));
    const { page, troubles } = await open(path);
    await expectMap(page, methods[0].rows, point.row, point.col);
    await hoverPatch(page, 4, 6);
    await expectMap(page, methods[0].rows, 4, 6);
    await page.mouse.down();
    await page.mouse.up();
    await hoverPatch(page, 0, 1);
    await expect.poll(() => page.locator(".setr-status").textContent()).toMatch(/^Patch \(4, 6\), pinned: itself /);
    await expectMap(page, methods[0].rows, 4, 6);
    expect(troubles).toEqual([]);
  });

  it("the keyboard moves, pins and lets go", async () => {
    const { page, troubles } = await open(await saveFigure(attentionSample(), join(await folder, "keys.html")));
    const status = page.locator(".setr-status");
    await page.locator(".setr-board").focus();
    for (const key of ["ArrowLeft", "ArrowDown", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
    await expectMap(page, methods[0].rows, 4, 2);
    await page.keyboard.press("Enter");
    await hoverPatch(page, 0, 0);
    expect(await status.textContent()).toMatch(/^Patch \(4, 2\), pinned/);
    await page.keyboard.press("Shift+ArrowRight");
    await expectMap(page, methods[0].rows, 4, 6);
    await page.keyboard.press("Escape");
    expect(await status.textContent()).toMatch(/^Patch \(4, 6\): /);
    await hoverPatch(page, 0, 1);
    await expectMap(page, methods[0].rows, 0, 1);
    expect(troubles).toEqual([]);
  });

  it("methods, layers, colours and the overlay can be chosen", async () => {
    const { page, troubles } = await open(await saveFigure(attentionSample(), join(await folder, "choices.html")));
    await expect.poll(() => page.getByLabel("Layer", { exact: true }).isDisabled()).toBe(true);
    await page.getByLabel("Method").selectOption("attention-to");
    await expectMap(page, methods[2].rows, point.row, point.col);
    await page.getByLabel("Layer", { exact: true }).selectOption("2");
    await expectMap(page, methods[1].rows, point.row, point.col);
    await page.getByLabel("Colours").selectOption("shared");
    const { data } = methods[1].rows;
    await expect.poll(async () => (await shownPlot(page)).range).toEqual([Math.min(...data), Math.max(...data)]);
    await page.getByLabel("Map over picture").fill("70");
    expect(await page.locator("canvas.setr-layer").getAttribute("style")).toContain("opacity: 0.7");
    expect(troubles).toEqual([]);
  });

  it("a value of the map is told, and its patch framed, when it is pointed at", async () => {
    const { page, troubles } = await open(await saveFigure(attentionSample(), join(await folder, "values.html")));
    const drag = (await page.locator(".setr-plot .nsewdrag").boundingBox())!;
    const [x, y] = [drag.x + (5.5 / grid.width) * drag.width, drag.y + (1.5 / grid.height) * drag.height];
    await page.mouse.move(x - 3, y);
    await page.mouse.move(x, y);
    await expect
      .poll(() => page.locator(".setr-status").textContent())
      .toMatch(/^Patch \(2, 3\): at \(1, 5\): 0\.\d+$/);
    expect(await page.locator(".setr-plot .hovertext").textContent()).toContain("row 1, column 5");
    expect(await page.locator(".setr-twin").getAttribute("style")).toContain("display: block");
    expect(troubles).toEqual([]);
  });

  it("the similarity explorer enlarges the tile that is pointed at", async () => {
    const { page, troubles } = await open(await saveFigure(similaritySample(), join(await folder, "similarity.html")));
    await hoverPatch(page, 3, 1);
    await expectMap(page, sampleRows(5), 3, 1);
    await page.locator(".setr-board").focus();
    await page.keyboard.press("ArrowUp");
    await expectMap(page, sampleRows(5), 2, 1);
    expect(troubles).toEqual([]);
  });

  it("the atlas explorer enlarges the head that is pointed at, and sorts heads", async () => {
    const { page, troubles } = await open(await saveFigure(atlasSample(), join(await folder, "atlas.html")));
    const { levels, ranges } = packMaps("map", atlasLayers[1].heads[2].map.data, grid.height * grid.width);
    await page.locator(".setr-board").focus();
    for (const key of ["ArrowDown", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    await expect.poll(async () => (await shownPlot(page)).title).toBe("Layer 2, head 3");
    const values = [...levels].map((level) => ranges[0] + (level * (ranges[1] - ranges[0])) / 255);
    expect((await shownPlot(page)).z.flat()).toEqual(values);
    expect(await page.locator(".setr-status").textContent()).toBe("Layer 2, head 3: mean distance 12 pixels");
    await page.getByLabel("Sort by").selectOption("distance-all");
    await page.keyboard.press("Escape");
    await page.locator(".setr-board").focus();
    expect((await shownPlot(page)).title).toBe("Layer 2, head 3");
    for (const key of ["Shift+ArrowLeft", "Shift+ArrowUp"]) await page.keyboard.press(key);
    await expect.poll(async () => (await shownPlot(page)).title).toBe("Layer 2, head 2"); // distance 10, the lowest
    expect(await page.getByLabel("Sort by").locator("option").count()).toBe(3); // no entropy was given
    expect(troubles).toEqual([]);
  });

  it("the features explorer goes through layers, reductions and channels", async () => {
    const { page, troubles } = await open(await saveFigure(featuresSample(), join(await folder, "features.html")));
    const { colours } = explorerLayers[0];
    const pixels = (await shownPlot(page)).z.flat(2);
    expect(pixels).toEqual([...colours.data]);
    await page.getByLabel("Layer", { exact: true }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.locator(".setr-value").textContent()).toBe("U1");
    await page.getByLabel("Show").selectOption("channel");
    await page.getByLabel("Channel", { exact: true }).selectOption("channel 5");
    await expect.poll(async () => (await shownPlot(page)).title).toBe("U1, channel 5");
    const { map } = explorerLayers[1].maps[2];
    const { levels, ranges } = packMaps("map", map.data, map.data.length);
    const values = [...levels].map((level) => ranges[0] + (level * (ranges[1] - ranges[0])) / 255);
    expect((await shownPlot(page)).z.flat()).toEqual(values);
    await hoverPatch(page, 1, 2);
    await expect.poll(() => page.locator(".setr-status").textContent()).toMatch(/^U1, channel 5 at \(3, 4\): 0\.\d+$/);
    expect(troubles).toEqual([]);
  });

  it("two figures on a page share plotly.js, and leave no other name behind", async () => {
    const [one, other] = [attentionSample(), similaritySample({ theme: "dark" })];
    const parts = [
      await renderHtml(one, { fragment: true }),
      await renderHtml(other, { fragment: true, plotly: "none" }),
      await renderHtml(one, { fragment: true, plotly: "none" }),
    ];
    const html = `<!doctype html><meta charset="utf-8"><script>var names = Object.keys(window);</script>${parts.join("\n")}`;
    const { page, troubles } = await open(await saved("two.html", html));
    await explorersStarted(page, 3);
    await hoverPatch(page, 1, 1);
    await expectMap(page, methods[0].rows, 1, 1);
    await expectMap(page, sampleRows(5), 2, 3, 1);
    await expectMap(page, methods[0].rows, point.row, point.col, 2);
    const added = await page.evaluate(
      "Object.keys(window).filter((name) => name !== 'names' && !names.includes(name))",
    );
    expect(added).toEqual(["setrFigures"]);
    expect(troubles).toEqual([]);
  });

  it("an explorer keeps its keys from the page, and from the shortcuts of JupyterLab", async () => {
    const { page } = await open(await saveFigure(attentionSample(), join(await folder, "shortcuts.html")));
    await page.evaluate("window.keys = []; addEventListener('keydown', ({ key }) => window.keys.push(key))");
    await page.locator(".setr-board").focus();
    await page.keyboard.press("ArrowLeft");
    await expectMap(page, methods[0].rows, point.row, point.col - 1);
    await page.locator(".setr-static summary").focus();
    await page.keyboard.press("ArrowLeft");
    expect(await page.evaluate("window.keys")).toEqual(["ArrowLeft"]); // of the summary alone
    expect(await page.locator("[data-lm-suppress-shortcuts] .setr-board").count()).toBe(1);
  });

  it("an explorer starts in a notebook's output, where a fragment is put in and its scripts are run one by one", async () => {
    const fragment = JSON.stringify(await renderHtml(attentionSample(), { fragment: true })).replaceAll("<", "\\u003c");
    const put = `document.body.innerHTML = ${fragment};
      for (const old of document.querySelectorAll("script")) {
        const copy = document.createElement("script");
        for (const { name, value } of old.attributes) copy.setAttribute(name, value);
        copy.textContent = old.textContent;
        old.replaceWith(copy);
      }`;
    const loader = "window.define = () => {}; window.define.amd = {}; window.Plotly = { version: 0 };";
    const html = `<!doctype html><meta charset="utf-8"><body><script>${loader}${put}</script></body>`;
    const { page, troubles } = await open(await saved("notebook.html", html));
    await expectMap(page, methods[0].rows, point.row, point.col);
    expect(await page.evaluate("window.Plotly.version")).toBe(0); // the page's own
    expect(troubles).toEqual([]);
  });

  it("without scripts, and without plotly.js, the static picture is shown", async () => {
    const path = await saveFigure(attentionSample(), join(await folder, "still.html"));
    const { page, troubles } = await open(path, { javaScriptEnabled: false });
    expect(await page.locator(".setr-static > svg").isVisible()).toBe(true);
    const bare = await open(await saved("bare.html", await renderHtml(attentionSample(), { plotly: "none" })));
    expect(await bare.page.locator(".setr-static > svg").isVisible()).toBe(true);
    expect(await bare.page.locator(".setr-status").textContent()).toContain("starts once plotly.js is on this page");
    expect([...troubles, ...bare.troubles]).toEqual([]);
  });
});
