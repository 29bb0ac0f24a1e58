import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Figure, FigureElement, HeatMapElement } from "../../lib/figure/description";
import { renderSvg } from "../../lib/figure/svg";
import { subscripted, textLine } from "../../lib/figure/textLayout";
import { recipe, sampleFigures, sampleGrid } from "./samples";

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
  it.each(Object.entries(sampleFigures({ recipe, untrained: true })))("of %s is well-formed", async (_, figure) => {
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

  it("is the same text every time", async () => {
    const { attention } = sampleFigures({ recipe });
    expect(await renderSvg(attention)).toBe(await renderSvg(attention));
  });
});
