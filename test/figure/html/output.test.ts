import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Figure } from "../../../lib/figure/description";
import { outputHtml } from "../../../lib/figure/html/output";
import { renderPng } from "../../../lib/figure/png";
import { temporaryFolder } from "../../fixtures";
import { explorersStarted, openedPages, shownPlot, withoutBrowser } from "./chromium";
import { attentionSample, featuresSample, similaritySample } from "./explorers";

async function outputOf(figure: Figure) {
  return outputHtml(figure, await renderPng(figure, { dpi: 144 }));
}

describe("an interactive figure in the outputs of a notebook", () => {
  it("is an element without ids and without SVG, the static figure an ordinary picture at its true width", async () => {
    const { whole, light } = await outputOf(attentionSample());
    expect(light).toMatch(/^<figure class="setr-figure setr-output" [\s\S]*<\/figure>$/);
    expect(light).not.toMatch(/<svg|<noscript| id="/);
    expect(light).toMatch(/<img class="setr-still" width="658" alt="[^"]+" src="data:image\/webp;base64,\w/);
    expect(whole.length - light.length).toBeGreaterThan(4e6);
  });

  it("is the same for the same figure", async () => {
    expect(await outputOf(attentionSample())).toEqual(await outputOf(attentionSample()));
  });
});

describe.skipIf(withoutBrowser)("on a page, such outputs", () => {
  const open = openedPages();
  const folder = temporaryFolder();
  const page = async (name: string, ...parts: string[]) => {
    const path = join(await folder, name);
    await writeFile(path, `<!doctype html><meta charset="utf-8">${parts.join("\n")}`);
    return path;
  };

  it("start in whatever order they stand, also twice the same, with plotly.js in one of them", async () => {
    const [attention, features] = [await outputOf(attentionSample()), await outputOf(featuresSample())];
    const similarity = await outputOf(similaritySample({ theme: "dark" }));
    const path = await page("order.html", attention.light, features.light, similarity.whole, attention.light);
    const { page: shown, troubles } = await open(path);
    await explorersStarted(shown, 4);
    expect(await shown.locator(".setr-note").count()).toBe(0);
    expect(await shown.locator(".setr-still").first().isVisible()).toBe(false); // folded away
    const titles = await Promise.all([0, 1, 2, 3].map(async (i) => (await shownPlot(shown, i)).title));
    expect(titles).toEqual(["(2, 3) rollout, layer 3", "Z1, PCA false colours", "(2, 3) similarity", titles[0]]);
    expect(troubles).toEqual([]);
  });

  it("show the static figure, and say what to do, as long as no other brings plotly.js", async () => {
    const [attention, similarity] = [await outputOf(attentionSample()), await outputOf(similaritySample())];
    const { page: shown, troubles } = await open(await page("light.html", attention.light));
    expect(await shown.locator(".setr-still").isVisible()).toBe(true);
    expect(await shown.locator(".setr-note").allTextContents()).toEqual([
      "The interactive view starts once plotly.js is on this page. In a notebook the newest interactive figure brings it: " +
        "run a cell that shows one again.",
    ]);
    const late = JSON.stringify(similarity.whole).replaceAll("<", "\\u003c");
    await shown.evaluate(`document.body.append(document.createRange().createContextualFragment(${late}))`);
    await explorersStarted(shown, 2);
    expect(await shown.locator(".setr-note").count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  it("show the static figure without scripts", async () => {
    const { whole } = await outputOf(attentionSample());
    const { page: shown } = await open(await page("still.html", whole), { javaScriptEnabled: false });
    expect(await shown.locator(".setr-still").isVisible()).toBe(true);
    expect(await shown.locator("h3").textContent()).toBe(attentionSample().title);
  });
});
