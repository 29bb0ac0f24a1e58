import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Figure, FigureElement } from "../../lib/figure/description";
import { renderPng } from "../../lib/figure/png";
import { COLOR } from "../../lib/figure/style";
import { renderSvg } from "../../lib/figure/svg";
import { textLine } from "../../lib/figure/textLayout";
import { colorOf, THEMES, themeNames, withColors } from "../../lib/figure/theme";
import { sampleFigures } from "./samples";

/** Relative luminance. Source: WCAG 2.2. */
function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const level = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function colorsOf(element: FigureElement): string[] {
  if (element.kind === "text" || element.kind === "line" || element.kind === "path") return [element.color];
  if (element.kind === "rect" || element.kind === "circle") return [element.fill, element.stroke];
  return [];
}

describe.each(themeNames)("the %s theme", (theme) => {
  const { page, text, tick, caption, stamp, rule, guide } = THEMES[theme];

  it("has text that reads well on the page, and lines that show", () => {
    for (const color of [text, tick, caption, stamp]) expect(contrast(color, page)).toBeGreaterThan(4.5);
    expect(contrast(rule, page)).toBeGreaterThan(4.5);
    expect(contrast(guide, page)).toBeGreaterThan(1.2);
  });

  it("colours whole figures, in which text has roles and nothing but roles", () => {
    for (const figure of Object.values(sampleFigures({ theme, untrained: true, recipe: { a: "b" } }))) {
      expect(figure.theme).toBe(theme);
      const roles = figure.elements.filter(({ kind }) => kind === "text").flatMap(colorsOf);
      for (const role of roles) expect(Object.keys(COLOR)).toContain(role);
      for (const color of withColors(figure).elements.flatMap(colorsOf)) expect(color).toMatch(/^(#[0-9a-f]{6}|none)$/);
    }
  });

  it("is what files show", async () => {
    const line = textLine("Text", { id: "text", x: 1, y: 5 });
    const figure: Figure = { title: "page", width: 11, height: 7, elements: [line], recipe: {}, theme };
    const svg = await renderSvg(figure);
    expect(svg).toMatch(new RegExp(`<rect id="page"[^>]*fill="${page}"`));
    expect(svg).toMatch(new RegExp(`<text id="text"[^>]*fill="${text}"`));
    const { dominant } = await sharp(await renderPng(figure, { dpi: 72 })).stats();
    const isDark = luminance(page) < 0.5;
    expect(Math.max(dominant.r, dominant.g, dominant.b) < 128).toBe(isDark);
  });
});

describe("a figure", () => {
  it("is the same on both pages but for its colours", () => {
    const [light, dark] = themeNames.map((theme) => sampleFigures({ theme, recipe: { a: "b" } }));
    for (const [name, figure] of Object.entries(light)) expect({ ...figure, theme: "dark" }).toEqual(dark[name]);
  });

  it("shows the page between the tiles of a mosaic", () => {
    const figure = withColors(sampleFigures({ theme: "dark" })["position-similarity"]);
    expect(figure.elements.find(({ kind }) => kind === "mosaic")).toMatchObject({ gapColor: THEMES.dark.page });
  });

  it("keeps colours that are no roles", () => expect(colorOf("#123456", "dark")).toBe("#123456"));

  it("is refused for an unknown theme or width", () => {
    const figures = (options: object) => () => sampleFigures(options);
    expect(figures({ theme: "blue" })).toThrow('theme: expected one of light, dark, found "blue"');
    expect(figures({ width: "wide" })).toThrow(
      'width: expected one of single-column, double-column, slide, or mm in 60..1000, found "wide"',
    );
  });
});

describe("a page width by name", () => {
  const widths = (width: "single-column" | "double-column" | "slide") => {
    return Object.values(sampleFigures({ width })).map((figure) => [figure.width, figure.height]);
  };

  it("is that of a journal's columns", () => {
    expect(new Set(widths("single-column").map(([width]) => width))).toEqual(new Set([84]));
    expect(new Set(widths("double-column").map(([width]) => width))).toEqual(new Set([174]));
    expect(sampleFigures({ width: "single-column" })).toEqual(sampleFigures({ width: 84 }));
  });

  it("is that of a slide of 16:9, whose letters are larger but keep to points", () => {
    for (const [width, height] of widths("slide")) expect(width / height).toBeCloseTo(16 / 9);
    for (const figure of Object.values(sampleFigures({ width: "slide" }))) {
      const sizes = figure.elements.filter((element) => element.kind === "text").map(({ size }) => size);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(14);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(10);
    }
  });
});
