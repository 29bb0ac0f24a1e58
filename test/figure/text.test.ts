import { describe, expect, it } from "vitest";
import { formatValue } from "../../lib/figure/colorBar";
import { measureText, missingCharacters, outlineText } from "../../lib/figure/font";
import { checkText, subscripted, textBox, textLine, widthOf, wrapText } from "../../lib/figure/textLayout";

describe("text", () => {
  it("is measured by the typeface: an em of 2048 units, 72 points to the inch", () => {
    // "H" of Inter Regular advances 1520 units or thereabouts; two of them are twice as wide.
    const one = widthOf("H", 72);
    expect(one / 25.4).toBeGreaterThan(0.7);
    expect(one / 25.4).toBeLessThan(0.8);
    expect(widthOf("HH", 72)).toBeCloseTo(2 * one);
    expect(widthOf("H", 36)).toBeCloseTo(one / 2);
    expect(widthOf("H", 72, 600)).toBeGreaterThan(one);
  });

  it("has outlines that stay inside its measured width", () => {
    const runs = subscripted("Z12");
    const xs = [...outlineText(runs, 7, 400).matchAll(/[MLQC]([-\d.]+) /g)].map(([, x]) => Number(x));
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...xs)).toBeLessThanOrEqual(measureText(runs, 7, 400));
  });

  it("wraps at spaces, then inside words, and loses nothing", () => {
    const text = "alps.jpg from a-very-long-name-without-any-space-in-it and more";
    const lines = wrapText(text, 6, 23);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    for (const line of lines) expect(widthOf(line, 6)).toBeLessThanOrEqual(23);
    expect(wrapText("", 6, 23)).toEqual([""]);
    expect(wrapText("two\nlines", 6, 23)).toEqual(["two lines"]);
  });

  it("sets the numbers of activation names low", () => {
    expect(subscripted("Z12")).toEqual([{ text: "Z" }, { text: "12", script: "sub" }]);
    expect(subscripted("U4 features")).toEqual([{ text: "U" }, { text: "4", script: "sub" }, { text: " features" }]);
    expect(subscripted("layer 3 of ViT16")).toEqual([{ text: "layer 3 of ViT16" }]);
  });

  it("turns with its box", () => {
    const place = { id: "label", x: 11, y: 37, anchor: "middle" } as const;
    const flat = textBox(textLine("Input patch row", place));
    const turned = textBox(textLine("Input patch row", { ...place, rotation: -90 }));
    expect([turned.width, turned.height]).toEqual([flat.height, flat.width]);
    expect(turned.y + turned.height / 2).toBeCloseTo(37);
    expect(turned.x + turned.width).toBeGreaterThan(11);
  });

  it("knows the characters that the figures need", () => {
    expect(missingCharacters("abcZ019×·−–°“”…²éÄŁαЖ")).toEqual([]);
    expect(missingCharacters("a山b🌲山")).toEqual(["山", "🌲"]);
    expect(() => checkText("label", "to 山")).toThrow(
      'label: expected characters of the typeface Inter, found "山" (U+5C71)',
    );
  });

  it("writes values with three digits and a true minus sign", () => {
    expect([-1, 0.25, 1 / 3, -0.000012345, 1234.5].map(formatValue)).toEqual([
      "−1",
      "0.25",
      "0.333",
      "−1.23e−5",
      "1230",
    ]);
  });
});
