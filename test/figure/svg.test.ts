import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Figure, FigureElement, HeatMapElement } from "../../lib/figure/description";
import { renderSvg } from "../../lib/figure/svg";
import { numberLine, numberWidth, subscripted, textLine, widthOf } from "../../lib/figure/textLayout";
import { analysisFigures } from "./analysisSamples";
import { recipe, sampleFigures, sampleGrid, samplePhoto } from "./samples";

function page(...elements: FigureElement[]): Figure {
  return { title: 'A <&"> title', width: 25.4, height: 12.7, elements, recipe };
}

/** librsvg refuses a document that is not well-formed. */
async function parse(svg: string) {
  return sharp(Buffer.from(svg)).metadata();
}

/** Size of every embedded picture. */
async function embedded(svg: string): Promise<number[][]> {
  const pictures = [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, data]) => data);
  const sizes = pictures.map(async (data) => {
    const { height, width } = await sharp(Buffer.from(data, "base64")).metadata();
    return [height, width];
  });
  return Promise.all(sizes);
}

describe("an SVG", () => {
  const figures = { ...sampleFigures({ recipe, untrained: true }), ...analysisFigures({ recipe, untrained: true }) };
  it.each(Object.entries(figures))("of %s is well-formed", async (_, figure) => {
    const svg = await renderSvg(figure);
    const { width, height } = await parse(svg);
    expect(svg).toContain('width="174mm"');
    expect((width as number) / (height as number)).toBeCloseTo(figure.width / figure.height, 1);
  });

  it("escapes hostile text and ids", async () => {
    const svg = await renderSvg(
      page(
        textLine('</text><script>"&\u0001', { id: '"><script>', x: 1, y: 5 }),
        textLine("twice", { id: "same", x: 1, y: 8 }),
        textLine("twice", { id: "same", x: 1, y: 11 }),
      ),
    );
    await parse(svg);
    expect(svg).not.toContain("<script");
    expect(svg).toContain("&lt;/text&gt;&lt;script&gt;&quot;&amp;\uFFFD</text>");
    expect(svg).toContain("<title>A &lt;&amp;&quot;&gt; title</title>");
    expect(svg).toContain('id="same-2"');
  });

  it("keeps text as text, subscripts included, and the recipe as metadata", async () => {
    const svg = await renderSvg(page(textLine(subscripted("Z12 of 24"), { id: "label", x: 1, y: 5 })));
    expect(svg).toMatch(/<text id="label"[^>]*>Z<tspan[^>]*>12<\/tspan><tspan[^>]*> of 24<\/tspan><\/text>/);
    expect(svg).toContain("photo: Łódź &lt;&amp;&quot;&gt; 山.jpg");
  });

  it("embeds only the weights and scripts of the typeface that it uses", async () => {
    const faces = async (figure: Figure) => [...(await renderSvg(figure)).matchAll(/@font-face/g)].length;
    const line = (content: string, weight: 400 | 600 = 400) => textLine(content, { id: "line", x: 1, y: 5, weight });
    expect(await faces(page())).toBe(0);
    expect(await faces(page(line("plain")))).toBe(1);
    expect(await faces(page(line("plain"), line("bold", 600)))).toBe(2);
    expect(await faces(page(line("Łódź")))).toBe(2);
  });

  it("embeds nearest maps cell by cell and enlarges smooth ones", async () => {
    const map = {
      kind: "heatmap",
      ...{ x: 0, y: 0, width: 10, height: 6, values: sampleGrid(3, 5) },
      ...{ range: [0, 1], colorMap: "viridis", opacity: 1 },
    } satisfies Omit<HeatMapElement, "interpolation">;
    const nearest = await renderSvg(page({ ...map, interpolation: "nearest" }));
    expect(await embedded(nearest)).toEqual([[3, 5]]);
    expect(nearest).toContain("image-rendering:pixelated");
    const smooth = await renderSvg(page({ ...map, interpolation: "smooth" }));
    expect(await embedded(smooth)).toEqual([[48, 80]]);
    expect(smooth).not.toContain("pixelated");
  });

  it("embeds a picture once however often it is shown", async () => {
    const image = samplePhoto(7, 5);
    const box = { y: 1, width: 5, height: 7, interpolation: "smooth" } as const;
    const photos = [1, 7, 13].map((x) => ({ kind: "photo", id: "photo", x, ...box, image }) as const);
    const copy = { ...photos[0], x: 19, image: { ...image, data: image.data.slice() }, opacity: 0.5 };
    const svg = await renderSvg(page(...photos, copy));
    expect(await embedded(svg)).toHaveLength(1);
    expect([...svg.matchAll(/<use id="photo[^"]*" xlink:href="#raster-1"/g)]).toHaveLength(4);
    const scale = { height: 48, width: 96 };
    const shown = async (text: string) => {
      return sharp(Buffer.from(text)).resize(scale).flatten({ background: "white" }).raw().toBuffer();
    };
    const apart = photos.map((photo) => renderSvg(page(photo)));
    const sum = await shown(svg);
    for (const [i, single] of (await Promise.all(apart)).entries()) {
      const x = Math.round(((photos[i].x + 2.5) / 25.4) * scale.width);
      const row = 3 * (16 * scale.width + x);
      expect([...sum.subarray(row, row + 3)]).toEqual([...(await shown(single)).subarray(row, row + 3)]);
    }
  });

  it("has the parts of a figure as groups", async () => {
    const groups = async (figure: Figure) =>
      [...(await renderSvg(figure)).matchAll(/<g id="([^"]+)"/g)].map(([, id]) => id);
    const figures = sampleFigures({ recipe, untrained: true });
    const pairs = ["pair-1", "pair-2", "pair-3"];
    expect(await groups(figures.attention)).toEqual(["figure", ...pairs, "color-scale", "stamp", "caption"]);
    expect(await groups(figures["line-chart"])).toEqual(["figure", "panel-1", "panel-2", "note", "stamp", "caption"]);
    const panels = ["panel-input", "panel-segmentation", "panel-labels"];
    expect(await groups(figures.segmentation)).toEqual(["figure", ...panels, "legend", "note", "stamp", "caption"]);
  });

  it("names a date when it is given one", async () => {
    expect(await renderSvg(page())).not.toContain("dc:date");
    expect(await renderSvg(page(), { date: new Date(0) })).toContain("<rdf:li>1970-01-01T00:00:00Z</rdf:li>");
  });

  it("writes paths in short, and opacities below 1", async () => {
    const path = { kind: "path", lines: [[1, 2, 3, 2, 3, 4, 5, 6]], color: "#0000ff", strokeWidth: 1 } as const;
    expect(await renderSvg(page({ ...path, opacity: 0.5 }))).toMatch(
      /<path id="path" d="M1 2H3V4L5 6" fill="none" [^>]*stroke-opacity="0.5"\/>/,
    );
    expect(await renderSvg(page({ ...path, opacity: 1 }))).not.toContain("opacity");
    const image = { height: 1, width: 1, data: Uint8Array.of(1, 2, 3) };
    const photo = { kind: "photo", x: 0, y: 0, width: 1, height: 1, image, interpolation: "nearest" } as const;
    expect(await renderSvg(page({ ...photo, opacity: 0.25 }))).toContain('opacity="0.25"');
    expect(await renderSvg(page(photo))).not.toContain("opacity");
  });

  it("sets numbers in digits of one width, as they are measured", async () => {
    const svg = await renderSvg(page(numberLine("7.1", { id: "number", x: 1, y: 5 })));
    expect(svg).toMatch(/<text id="number"[^>]*><tspan style="font-variant-numeric:tabular-nums">7.1<\/tspan><\/text>/);
    await parse(svg);
    expect(numberWidth("7.1", 7)).toBeCloseTo(numberWidth("2.8", 7));
    expect(numberWidth("7.1", 7)).toBeGreaterThan(widthOf("7.1", 7));
  });

  it("is the same text every time", async () => {
    const { attention } = sampleFigures({ recipe });
    expect(await renderSvg(attention)).toBe(await renderSvg(attention));
  });
});
