import { readFileSync } from "node:fs";
import { type Font, openSync } from "fontkit";
import type { TextElement, TextRun } from "./description";
import { MM_PER_POINT, SUBSCRIPT } from "./style";

/** Weight of the typeface: regular or semi-bold. */
export type FontWeight = TextElement["weight"];

/** Files the typeface is split into by script, in the order in which a character is looked for. */
const SUBSETS = ["latin", "latin-ext", "greek", "cyrillic", "vietnamese"] as const;

/** Drawn in place of a character that no file has. */
const SUBSTITUTE = "?";

type Subset = (typeof SUBSETS)[number];

interface Segment {
  readonly subset: Subset;
  readonly text: string;
}

const fonts = new Map<string, Font>();

/**
 * Characters of a text that the typeface (Inter) lacks.
 *
 * @param text any text
 * @returns the characters, each once, in order of appearance
 */
export function missingCharacters(text: string): string[] {
  return [...new Set(text)].filter((character) => subsetOf(character, 400) === undefined);
}

/**
 * Width of a line of text by the typeface's own metrics, kerning included.
 *
 * A character that the typeface lacks counts as `?`.
 *
 * @param runs pieces of the line
 * @param size size of the text in points
 * @param weight weight of the text
 * @returns width in mm
 */
export function measureText(runs: readonly TextRun[], size: number, weight: FontWeight): number {
  let width = 0;
  for (const run of runs) width += runWidth(run, size, weight);
  return width;
}

/**
 * Outlines of a line of text that starts at (0, 0) on the baseline, as SVG path data in mm.
 *
 * No font of the system is used. A character that the typeface lacks is drawn as `?`.
 *
 * @param runs pieces of the line
 * @param size size of the text in points
 * @param weight weight of the text
 * @returns path data, empty for text without ink
 */
export function outlineText(runs: readonly TextRun[], size: number, weight: FontWeight): string {
  const path: string[] = [];
  let x = 0;
  for (const run of runs) {
    const y = run.script === "sub" ? SUBSCRIPT.shift * size * MM_PER_POINT : 0;
    for (const { subset, text } of segments(run.text, weight)) {
      const font = openFont(subset, weight);
      const scale = runScale(run, size, font);
      const { glyphs, positions } = font.layout(text);
      glyphs.forEach((glyph, i) => {
        const { xAdvance, xOffset, yOffset } = positions[i];
        path.push(glyphPath(glyph.path.commands, x + xOffset * scale, y - yOffset * scale, scale));
        x += xAdvance * scale;
      });
    }
  }
  return path.join("");
}

/**
 * The font files a text needs, to embed in a document; the one for plain Latin text last.
 *
 * @param text all text of one weight
 * @param weight the weight
 * @returns content of the .woff2 files
 */
export function fontFiles(text: string, weight: FontWeight): Buffer[] {
  const used = new Set(segments(text, weight).map((segment) => segment.subset));
  return SUBSETS.filter((subset) => used.has(subset))
    .reverse()
    .map((subset) => readFileSync(fontPath(subset, weight, "woff2")));
}

/** Size of a run in points: subscripts are smaller than their text. */
export function runSize(run: TextRun, size: number): number {
  return run.script === "sub" ? size * SUBSCRIPT.size : size;
}

function runWidth(run: TextRun, size: number, weight: FontWeight): number {
  let width = 0;
  for (const { subset, text } of segments(run.text, weight)) {
    const font = openFont(subset, weight);
    width += font.layout(text).advanceWidth * runScale(run, size, font);
  }
  return width;
}

/** Millimetres per font unit. */
function runScale(run: TextRun, size: number, font: Font): number {
  return (runSize(run, size) * MM_PER_POINT) / font.unitsPerEm;
}

/** Cuts a text where the file that has the characters changes. */
function segments(text: string, weight: FontWeight): Segment[] {
  const result: { subset: Subset; text: string }[] = [];
  for (const character of text) {
    const subset = subsetOf(character, weight);
    const drawn = subset ? character : SUBSTITUTE;
    const last = result[result.length - 1];
    if (last && last.subset === (subset ?? "latin")) last.text += drawn;
    else result.push({ subset: subset ?? "latin", text: drawn });
  }
  return result;
}

function subsetOf(character: string, weight: FontWeight): Subset | undefined {
  const code = character.codePointAt(0) as number;
  return SUBSETS.find((subset) => openFont(subset, weight).hasGlyphForCodePoint(code));
}

function openFont(subset: Subset, weight: FontWeight): Font {
  const path = fontPath(subset, weight, "woff");
  let font = fonts.get(path);
  if (!font) {
    font = openSync(path) as Font;
    fonts.set(path, font);
  }
  return font;
}

function fontPath(subset: Subset, weight: FontWeight, extension: "woff" | "woff2"): string {
  return require.resolve(`@fontsource/inter/files/inter-${subset}-${weight}-normal.${extension}`);
}

const LETTERS: Readonly<Record<string, string>> = {
  moveTo: "M",
  lineTo: "L",
  quadraticCurveTo: "Q",
  bezierCurveTo: "C",
  closePath: "Z",
};

/** Font units point up, the page's y axis down. */
function glyphPath(
  commands: readonly { readonly command: string; readonly args: readonly number[] }[],
  x: number,
  y: number,
  scale: number,
): string {
  const place = (value: number, i: number) => (i % 2 === 0 ? x + value * scale : y - value * scale).toFixed(4);
  return commands.map(({ command, args }) => LETTERS[command] + args.map(place).join(" ")).join("");
}
