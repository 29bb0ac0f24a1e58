import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { colorize } from "../../lib/figure/colorMaps";
import { type Figure, type FigureElement, isRaster, type TextElement } from "../../lib/figure/description";
import { measureText } from "../../lib/figure/font";
import { renderPdf } from "../../lib/figure/pdf";
import { renderPng } from "../../lib/figure/png";
import { MM_PER_POINT } from "../../lib/figure/style";
import { numberLine, subscripted, textLine } from "../../lib/figure/textLayout";
import { analysisFigures } from "./analysisSamples";
import { poppler, skipsPoppler } from "./poppler";
import { recipe, sampleFigures, sampleGrid, samplePhoto } from "./samples";

const folder = mkdtempSync(join(tmpdir(), "figure-"));
afterAll(() => rmSync(folder, { recursive: true }));

function page(...elements: FigureElement[]): Figure {
  return { title: "page", width: 50.8, height: 25.4, elements, recipe };
}

/** Share of the pixels that may differ. */
const LIMIT = 0.005;

let files = 0;

async function saved(figure: Figure, dpi = 150): Promise<string> {
  const path = join(folder, `${++files}.pdf`);
  writeFileSync(path, await renderPdf(figure, { dpi }));
  return path;
}

/** Pixels of a page as poppler draws it, at a size in pixels. */
async function drawn(path: string, width: number, height: number) {
  const to = path.replace(".pdf", "");
  poppler("pdftoppm", "-png", "-singlefile", "-scale-to-x", `${width}`, "-scale-to-y", `${height}`, path, to);
  return sharp(`${to}.png`).removeAlpha().raw().toBuffer();
}

/** Rows of a table that poppler prints below a line of dashes, cell by cell. */
function rows(table: string): string[][] {
  const lines = table.trimEnd().split("\n");
  const first = lines.findIndex((line) => line.startsWith("---")) + 1;
  return lines.slice(first).map((line) => line.trim().split(/\s+/));
}

describe("a PDF", () => {
  it("is the same file every time, whatever was set before, and names no date unless it is given one", async () => {
    const { features } = sampleFigures({ recipe });
    const first = await renderPdf(features);
    measureText([{ text: "no\u00a0break" }], 7, 400);
    await renderPdf(sampleFigures({}).attention);
    expect((await renderPdf(features)).equals(first)).toBe(true);
    expect(first.toString("latin1")).not.toMatch(/CreationDate|dc:date|\(D:/);
    const dated = await renderPdf(features, { date: new Date(Date.UTC(2021, 2, 5, 7, 11, 13)) });
    expect(dated.toString("latin1")).toContain("(D:20210305071113Z)");
    expect(dated.toString("latin1")).toContain("2021-03-05T07:11:13Z");
  });

  it("carries title and recipe, in any script", async () => {
    const bytes = await renderPdf({ ...page(), title: 'A <&"> title' });
    expect(bytes.toString()).toContain("photo: Łódź &lt;&amp;&quot;&gt; 山.jpg");
    expect(bytes.toString()).toContain("A &lt;&amp;&quot;&gt; title");
  });

  it("is refused at an impossible resolution or date", async () => {
    await expect(renderPdf(page(), { dpi: 35 })).rejects.toThrow("dpi: expected a number in 36..2400, found 35");
    const date = new Date(Number.NaN);
    await expect(renderPdf(page(), { date })).rejects.toThrow("date: expected a date, found none");
  });
});

describe.skipIf(skipsPoppler)("poppler", () => {
  const figures = (["light", "dark"] as const).flatMap((theme) =>
    Object.entries({
      ...sampleFigures({ recipe, untrained: true, theme }),
      ...analysisFigures({ recipe, untrained: true, theme }),
    }).map(([name, figure]) => ({
      name: `${name}, ${theme}`,
      figure,
    })),
  );

  describe.each(figures)("given $name", ({ name, figure }) => {
    let path: string;
    beforeAll(async () => {
      path = await saved(figure);
    });

    it("finds one page of the figure's size, its title and its recipe", () => {
      const info = poppler("pdfinfo", path);
      const [, width, height] = info.match(/Page size:\s+([\d.]+) x ([\d.]+) pts/) as RegExpMatchArray;
      expect(Number(width) * MM_PER_POINT).toBeCloseTo(figure.width, 2);
      expect(Number(height) * MM_PER_POINT).toBeCloseTo(figure.height, 2);
      expect(info).toMatch(/Pages:\s+1\n/);
      expect(info).toContain(figure.title);
      expect(info).toContain('photo: Łódź <&"> 山.jpg');
    });

    it("finds the typeface embedded, in part, with its characters known", () => {
      for (const row of rows(poppler("pdffonts", path))) {
        expect(row[0]).toMatch(/^[A-Z]{6}\+Inter-(Regular|SemiBold)$/);
        expect(row.slice(4, 7)).toEqual(["yes", "yes", "yes"]);
      }
    });

    it("finds every text", () => {
      const found = poppler("pdftotext", "-raw", path, "-").replace(/\s+/g, "");
      for (const element of figure.elements) {
        if (element.kind !== "text" || element.rotation !== 0) continue;
        const text = element.runs.map((run) => run.text).join("");
        expect(found).toContain(text.replace("山", "?").replace(/\s+/g, ""));
      }
    });

    it("draws what the PNG shows", async () => {
      const png = await renderPng(figure, { dpi: 150 });
      const { width = 0, height = 0 } = await sharp(png).metadata();
      const raw = { width, height, channels: 3 } as const;
      // Pictures may differ by half a pixel at their edges, which poppler moves to whole pixels.
      const { blur, most } = figure.elements.some(isRaster) ? { blur: 2, most: 64 } : { blur: 1.5, most: 32 };
      const soft = (image: Sharp) => image.blur(blur).raw().toBuffer();
      const expected = await soft(sharp(png));
      const found = await soft(sharp(await drawn(path, width, height), { raw }));
      const differences = Uint8Array.from(expected, (value, i) => Math.abs(value - found[i]));
      const share = differences.filter((difference) => difference > most).length / differences.length;
      if (share >= LIMIT) {
        const to = join(__dirname, "snapshots", `pdf-${name.replace(", ", "-")}-changed.png`);
        await sharp(differences, { raw }).png().toFile(to);
      }
      expect(share).toBeLessThan(LIMIT);
    });
  });

  it("finds the words where the SVG has them", async () => {
    const lines: TextElement[] = [
      textLine("Wave Type AV", { id: "start", x: 3, y: 5 }),
      textLine(subscripted("Z12 of"), { id: "end", x: 47, y: 10, anchor: "end" }),
      numberLine("71.17", { id: "middle", x: 31, y: 15, anchor: "middle", size: 11 }),
    ];
    const boxes = poppler("pdftotext", "-bbox", await saved(page(...lines)), "-");
    const found = [...boxes.matchAll(/xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"[^>]*>([^<]*)</g)];
    const edges = found.map(([, left, right, word]) => [
      word,
      Number(left) * MM_PER_POINT,
      Number(right) * MM_PER_POINT,
    ]);
    const width = (line: TextElement) => measureText(line.runs, line.size, line.weight);
    const [start, end, middle] = lines.map(width);
    const close = (value: number) => expect.closeTo(value, 2);
    expect(edges[0].slice(0, 2)).toEqual(["Wave", close(3)]);
    expect(edges[2]).toEqual(["AV", expect.any(Number), close(3 + start)]);
    expect(edges.find(([word]) => word === "of")?.[2]).toEqual(close(47));
    expect(Math.min(...edges.slice(3).map(([, left]) => Number(left)))).toBeLessThanOrEqual(47 - end + 0.01);
    expect(edges.find(([word]) => word === "71.17")).toEqual(["71.17", close(31 - middle / 2), close(31 + middle / 2)]);
  });

  it("finds a picture byte by byte, and once however often it is shown", async () => {
    const image = samplePhoto(97, 113);
    const box = { y: 2, width: 9, height: 8 };
    const photos = [1, 11, 21].map((x) => ({ kind: "photo", x, ...box, image, interpolation: "smooth" }) as const);
    const path = await saved(page(...photos, { ...photos[0], x: 31, opacity: 0.5 }));
    const listed = rows(poppler("pdfimages", "-list", path));
    expect(listed).toHaveLength(4);
    expect(new Set(listed.map((row) => row[10])).size).toBe(1);
    poppler("pdfimages", "-png", path, join(folder, "photo"));
    const { data, info } = await sharp(join(folder, "photo-000.png")).raw().toBuffer({ resolveWithObject: true });
    expect([info.height, info.width]).toEqual([97, 113]);
    expect(Buffer.compare(data, Buffer.from(image.data))).toBe(0);
  });

  it.each([71, 150, 411])("keeps the cells of maps sharp at %i pixels per inch", async (dpi) => {
    const values = sampleGrid(3, 5);
    const box = { x: 5.08, y: 5.08, width: 25.4, height: 15.24 };
    const style = { range: [0, 1], colorMap: "viridis", interpolation: "nearest", opacity: 1 } as const;
    const [width, height] = [2 * dpi, dpi];
    const path = await saved(page({ kind: "heatmap", ...box, values, ...style }));
    const pixels = await drawn(path, width, height);
    const colors = colorize(values.data, [0, 1], "viridis");
    for (let cell = 0; cell < 15; cell++) {
      for (const [dx, dy] of [
        [0.2, 0.2],
        [0.5, 0.5],
        [0.8, 0.8],
      ]) {
        const x = Math.floor((0.2 + 0.2 * ((cell % 5) + dx)) * dpi);
        const y = Math.floor((0.2 + 0.2 * (Math.floor(cell / 5) + dy)) * dpi);
        const at = 3 * (y * width + x);
        for (let c = 0; c < 3; c++) expect(Math.abs(pixels[at + c] - colors[3 * cell + c])).toBeLessThanOrEqual(1);
      }
    }
  });

  it("draws the page in its colour up to its edges", async () => {
    const path = await saved({ ...page(), height: 25.31, theme: "dark" });
    const pixels = await drawn(path, 101, 50);
    expect(new Set(pixels)).toEqual(new Set([0x15, 0x18, 0x1d]));
  });
});
