import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import type { RgbImage } from "../../lib/arrays";
import { colorize } from "../../lib/figure/colorMaps";
import type { Figure, FigureElement } from "../../lib/figure/description";
import { renderPng } from "../../lib/figure/png";
import { textLine } from "../../lib/figure/textLayout";
import { recipe, sampleFigures, sampleGrid, samplePhoto } from "./samples";

const folder = mkdtempSync(join(tmpdir(), "figure-"));
afterAll(() => rmSync(folder, { recursive: true }));

function page(...elements: FigureElement[]): Figure {
  return { title: "page", width: 25.4, height: 12.7, elements, recipe };
}

async function pixels(figure: Figure, dpi: number) {
  const { data, info } = await sharp(await renderPng(figure, { dpi }))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x + 1) * 3)];
}

describe("a PNG", () => {
  it.each([36, 150, 300, 601])("has the pixels of its page at %i dots per inch, and says so", async (dpi) => {
    const metadata = await sharp(await renderPng(page(), { dpi })).metadata();
    expect([metadata.width, metadata.height]).toEqual([dpi, Math.round(dpi / 2)]);
    expect(metadata.density).toBe(dpi);
    expect(metadata.channels).toBe(3);
  });

  it("says its resolution in pixels per metre", async () => {
    const png = await renderPng(page(), { dpi: 600 });
    const at = png.indexOf("pHYs") + 4;
    expect([png.readUInt32BE(at), png.readUInt32BE(at + 4), png[at + 8]]).toEqual([23622, 23622, 1]);
  });

  it("has 300 dots per inch unless asked", async () => {
    expect((await sharp(await renderPng(page())).metadata()).width).toBe(300);
  });

  it("carries the recipe, in any script", async () => {
    const { xmp } = await sharp(await renderPng(page(), { dpi: 72 })).metadata();
    expect(xmp?.toString()).toContain("photo: Łódź &lt;&amp;&quot;&gt; 山.jpg");
  });

  it("is the same file every time", async () => {
    const { features } = sampleFigures({ recipe });
    expect(await renderPng(features, { dpi: 97 })).toEqual(await renderPng(features, { dpi: 97 }));
  });

  it("draws the colours of a heat map in its cells", async () => {
    const values = sampleGrid(3, 5);
    const box = { x: 2.54, y: 2.54, width: 12.7, height: 7.62 };
    const style = { range: [0, 1], colorMap: "viridis", interpolation: "nearest", opacity: 1 } as const;
    const at = await pixels(page({ kind: "heatmap", ...box, values, ...style }), 100);
    const colors = colorize(values.data, [0, 1], "viridis");
    for (let i = 0; i < 15; i++) {
      expect(at(15 + 10 * (i % 5), 15 + 10 * Math.floor(i / 5))).toEqual([...colors.subarray(i * 3, i * 3 + 3)]);
    }
    expect(at(9, 9)).toEqual([255, 255, 255]);
  });

  it("mixes a map with the photo below it by its opacity", async () => {
    const box = { x: 0, y: 0, width: 12.7, height: 12.7 };
    const image = { height: 1, width: 1, data: Uint8Array.of(100, 200, 0) };
    const values = { height: 1, width: 1, data: Float32Array.of(1) };
    const style = { range: [0, 1], colorMap: "gray", interpolation: "nearest", opacity: 0.4 } as const;
    const photo = { kind: "photo", ...box, image, interpolation: "smooth" } as const;
    const at = await pixels(page(photo, { kind: "heatmap", ...box, values, ...style }), 50);
    expect(at(7, 7)).toEqual([162, 222, 102]);
  });

  it("mixes a photo with the one below it by its opacity", async () => {
    const box = { x: 0, y: 0, width: 12.7, height: 12.7 };
    const plain = (...rgb: number[]) => ({ height: 1, width: 1, data: Uint8Array.from(rgb) });
    const photo = (image: RgbImage) => ({ kind: "photo", ...box, image, interpolation: "nearest" }) as const;
    const at = await pixels(page(photo(plain(100, 200, 0)), { ...photo(plain(0, 0, 200)), opacity: 0.25 }), 50);
    expect(at(7, 7)).toEqual([75, 150, 50]);
  });

  it("draws paths where their points are", async () => {
    const lines = [
      [2.54, 2.54, 12.7, 2.54, 12.7, 10.16],
      [20.32, 2.54, 20.32, 10.16],
    ];
    const path = { kind: "path", lines, color: "#0000ff", strokeWidth: 7.2, opacity: 1 } as const;
    const at = await pixels(page(path), 100);
    for (const [x, y] of [
      [20, 10],
      [50, 30],
      [80, 20],
    ])
      expect(at(x, y)).toEqual([0, 0, 255]);
    expect(at(65, 25)).toEqual([255, 255, 255]);
  });

  it("draws a photo at its own size byte by byte", async () => {
    const image = samplePhoto(36, 72);
    const box = { x: 0, y: 0, width: 25.4, height: 12.7 };
    const at = await pixels(page({ kind: "photo", ...box, image, interpolation: "smooth" }), 72);
    expect(at(31, 17)).toEqual([...image.data.subarray((17 * 72 + 31) * 3, (17 * 72 + 31) * 3 + 3)]);
  });

  it("draws characters that the typeface lacks as question marks", async () => {
    const text = (content: string) => renderPng(page(textLine(content, { id: "name", x: 2, y: 8 })));
    expect(await text("山 and 🌲")).toEqual(await text("? and ?"));
    expect(await text("Łódź αβγ Юг")).not.toEqual(await text("???? ??? ??"));
  });

  it("is refused at an impossible resolution", async () => {
    await expect(renderPng(page(), { dpi: 35 })).rejects.toThrow("dpi: expected a number in 36..2400, found 35");
    await expect(renderPng({ ...page(), height: 1009 }, { dpi: 1200 })).rejects.toThrow(
      "dpi: expected at most 824 for a figure of 25x1009 mm, found 1200",
    );
  });
});

describe("text in a PNG", () => {
  /** The built writer in a process of its own, as fonts are looked up once per process. */
  function drawApart(environment: Record<string, string>): Buffer {
    const built = join(__dirname, "../../lib/dist/figure");
    const script = `
      const { renderPng } = require(${JSON.stringify(`${built}/png`)});
      const { textLine } = require(${JSON.stringify(`${built}/textLayout`)});
      const elements = [textLine("Similarity Z12 × 7°", { id: "text", x: 1, y: 6 })];
      const figure = { title: "page", width: 31, height: 11, elements, recipe: {} };
      renderPng(figure).then((png) => process.stdout.write(png));`;
    return execFileSync(process.execPath, ["-e", script], { env: { ...process.env, ...environment } });
  }

  it("comes out the same on a machine without fonts", async () => {
    const empty = join(folder, "fonts.conf");
    writeFileSync(empty, '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>');
    const png = drawApart({ FONTCONFIG_FILE: empty, FONTCONFIG_PATH: folder });
    expect(png).toEqual(drawApart({}));
    const { channels } = await sharp(png).stats();
    expect(channels[0].min).toBeLessThan(60);
  });
});
