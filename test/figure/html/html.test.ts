import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { attentionGalleryFigure } from "../../../lib/figure/attentionGallery";
import { renderHtml } from "../../../lib/figure/html/html";
import { withExplorer } from "../../../lib/figure/html/interactive";
import { packMaps } from "../../../lib/figure/html/packing";
import { attentionExplorer } from "../../../lib/figure/html/pointsExplorer";
import { saveFigure } from "../../../lib/figure/save";
import { renderSvg } from "../../../lib/figure/svg";
import { variantConfig } from "../../../lib/model/variants";
import { openPhoto } from "../../../lib/openPhoto";
import { temporaryFolder } from "../../fixtures";
import { analysisFigures } from "../analysisSamples";
import { recipe, sampleFigures, sampleGrid, samplePhoto } from "../samples";
import { attentionSample, grid, methods, point } from "./explorers";

const MEGABYTE = 1e6;

describe("an HTML page", () => {
  it.each(Object.entries({ ...sampleFigures({ recipe }), ...analysisFigures({ recipe }) }))(
    "of %s is its picture and its recipe, without a script",
    async (_, figure) => {
      const html = await renderHtml(figure);
      expect(html).toMatch(/^<!doctype html>/);
      expect(html).toContain("<svg ");
      expect(html).toContain("<dt>photo</dt><dd>Łódź &lt;&amp;&quot;&gt; 山.jpg</dd>");
      expect(html).not.toContain("<script");
      expect(html.length).toBeLessThan((await renderSvg(figure)).length + 20_000);
    },
  );

  it("has no id twice and no reference to an id that is not there", async () => {
    const html = await renderHtml(sampleFigures({ recipe })["attention-gallery"]);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
  });

  it("is the same for the same figure, and another for another", async () => {
    expect(await renderHtml(attentionSample())).toBe(await renderHtml(attentionSample()));
    const idOf = (html: string) => /data-figure="(\w+)"/.exec(html)?.[1];
    const [light, dark] = [await renderHtml(attentionSample()), await renderHtml(attentionSample({ theme: "dark" }))];
    expect(idOf(light)).not.toBe(idOf(dark));
    expect(dark).toContain("color-scheme:dark");
  });

  it("does not let data end its script", async () => {
    const named = { ...methods[0], name: "</script><script>alert(1)</script>" };
    const explorer = attentionExplorer({ photo: samplePhoto(5, 7), grid, methods: [named], point });
    const html = await renderHtml(withExplorer(sampleFigures({})["class-scores"], explorer));
    expect(html).not.toContain("alert(1)</script>");
    expect(html.match(/<script/g)).toHaveLength(3);
    expect(html.match(/<\/script/g)).toHaveLength(3);
  });

  it("as a fragment is one element, with plotly.js or without", async () => {
    const whole = await renderHtml(attentionSample(), { fragment: true });
    const small = await renderHtml(attentionSample(), { fragment: true, plotly: "none" });
    expect(small).toMatch(/^<figure [\s\S]*<\/figure>$/);
    expect(whole.length - small.length).toBeGreaterThan(4 * MEGABYTE);
    expect(small.length - (await renderSvg(attentionSample())).length).toBeLessThan(0.1 * MEGABYTE);
  });

  it("with the rollout of all points of a 30x30 grid has less than 7 MB", async () => {
    const { image: photo } = await openPhoto("alps", { config: variantConfig("pup-large") });
    const maps = [{ name: "rollout", layer: 24, rows: sampleGrid(900, 900).data }];
    const explorer = attentionExplorer({ photo, grid: { height: 30, width: 30 }, methods: maps, point });
    const figure = attentionGalleryFigure([{ photo, point, map: sampleGrid(30, 30) }]);
    const html = await renderHtml(withExplorer(figure, explorer));
    expect(html.length).toBeGreaterThan(4.8 * MEGABYTE + (900 * 900 * 4) / 3);
    expect(html.length).toBeLessThan(7 * MEGABYTE);
  });

  it("is what a path ending in .html saves, and other formats leave the explorer out", async () => {
    const folder = await temporaryFolder();
    const path = await saveFigure(attentionSample(), join(folder, "figure.html"));
    expect(await readFile(path, "utf8")).toBe(await renderHtml(attentionSample()));
    const { interactive, ...still } = attentionSample();
    expect(interactive?.kind).toBe("points");
    expect(await renderSvg(attentionSample())).toBe(await renderSvg(still));
  });
});

describe("packing", () => {
  it("keeps values to half a level of their own map", () => {
    const { levels, ranges } = packMaps("maps", Float32Array.of(1, 2, 1.5, -3, 7, 7, 7, 7), 4);
    expect([...levels]).toEqual([204, 255, 230, 0, 0, 0, 0, 0]);
    expect([...ranges]).toEqual([-3, 2, 7, 7]);
    const back = [...levels].map((level, i) => {
      const [min, max] = ranges.subarray(i < 4 ? 0 : 2);
      return min + (level * (max - min)) / 255;
    });
    [1, 2, 1.5, -3, 7, 7, 7, 7].forEach((value, i) => {
      expect(Math.abs(back[i] - value)).toBeLessThanOrEqual(5 / 510 + 1e-9);
    });
  });

  it("refuses what is no number, and maps that do not fit the grid", () => {
    expect(() => packMaps("maps", Float32Array.of(1, Number.NaN), 2)).toThrow("maps: expected numbers, found NaN");
    const content = { photo: samplePhoto(5, 7), grid, point };
    const explore = (rows: Float32Array) => attentionExplorer({ ...content, methods: [{ name: "rollout", rows }] });
    expect(() => explore(new Float32Array(35))).toThrow("rollout: expected [35, 35], found 35 values");
    expect(() => attentionExplorer({ ...content, methods: [] })).toThrow("maps: expected at least one, found none");
    const outside = { ...content, methods, point: { row: 5, col: 0 } };
    expect(() => attentionExplorer(outside)).toThrow(
      "point: expected a row in 0..4 and a column in 0..6, found (5, 0)",
    );
  });
});
