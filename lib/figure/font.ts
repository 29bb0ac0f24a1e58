import { readFileSync } from "node:fs";
import { type Font, type GlyphRun, openSync } from "fontkit";
import type { TextElement, TextRun } from "./description";
import { MM_PER_POINT, SUBSCRIPT } from "./style";

/** Weight of the typeface: regular or semi-bold. */
export type FontWeight = TextElement["weight"];

/** Files the typeface is split into by script, in the order in which a character is looked for. */
const SUBSETS = ["latin", "latin-ext", "greek", "cyrillic", "vietnamese"] as const;

/** Drawn in place of a character that no file has. */
const SUBSTITUTE = "?";

/** Name of a file of the typeface: the script that it holds. */
export type FontFile = (typeof SUBSETS)[number];

interface Segment {
  readonly file: FontFile;
  readonly text: string;
}

const fonts = new Map<string, Font>();

/** Texts that have been laid out, by font: a line is measured several times before it is drawn. */
const layouts = new WeakMap<Font, Map<string, GlyphRun>>();
const MAX_LAYOUTS = 500;

/**
 * Characters of a text that the typeface (Inter) lacks.
 *
 * @param text any text
 * @returns the characters, each once, in order of appearance
 */
export function missingCharacters(text: string): string[] {
  return [...new Set(text)].filter((character) => fileOf(character, 400) === undefined);
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
  for (const piece of textPieces(runs, size, weight)) {
    const font = openFont(piece.file, weight);
    const scale = (piece.size * MM_PER_POINT) / font.unitsPerEm;
    const { glyphs, positions } = layoutOf(font, piece.text, piece.features);
    let x = piece.x;
    glyphs.forEach((glyph, i) => {
      const { xAdvance, xOffset, yOffset } = positions[i];
      path.push(glyphPath(glyph.path.commands, x + xOffset * scale, piece.y - yOffset * scale, scale));
      x += xAdvance * scale;
    });
  }
  return path.join("");
}

/** A piece of a line of text that one font file sets in one size. */
export interface TextPiece {
  readonly file: FontFile;
  readonly text: string;
  /** Start on its baseline, mm from the start of the line. */
  readonly x: number;
  readonly y: number;
  /** Size in points. */
  readonly size: number;
  /** OpenType features beside the usual ones. */
  readonly features: readonly "tnum"[];
}

/**
 * A line of text cut where the font file, the size or the digits change, for writers that set text themselves.
 *
 * A character that the typeface lacks is a `?`.
 *
 * @param runs pieces of the line
 * @param size size of the text in points
 * @param weight weight of the text
 */
export function textPieces(runs: readonly TextRun[], size: number, weight: FontWeight): TextPiece[] {
  let x = 0;
  return runs.flatMap((run) => {
    const y = run.script === "sub" ? SUBSCRIPT.shift * size * MM_PER_POINT : 0;
    return segments(run.text, weight).map(({ file, text }): TextPiece => {
      const piece = { file, text, x, y, size: runSize(run, size), features: featuresOf(run) };
      x += pieceWidth(text, run, size, openFont(file, weight));
      return piece;
    });
  });
}

/** A font file opened anew; the glyphs of one that is shared know the characters that they were first used for. */
export function freshFont(file: FontFile, weight: FontWeight): Font {
  return openSync(fontPath(file, weight, "woff")) as Font;
}

/**
 * The font files a text needs, to embed in a document; the one for plain Latin text last.
 *
 * @param text all text of one weight
 * @param weight the weight
 * @returns content of the .woff2 files
 */
export function fontFiles(text: string, weight: FontWeight): Buffer[] {
  const used = new Set(segments(text, weight).map(({ file }) => file));
  return SUBSETS.filter((file) => used.has(file))
    .reverse()
    .map((file) => readFileSync(fontPath(file, weight, "woff2")));
}

/** Size of a run in points: subscripts are smaller than their text. */
export function runSize(run: TextRun, size: number): number {
  return run.script === "sub" ? size * SUBSCRIPT.size : size;
}

function runWidth(run: TextRun, size: number, weight: FontWeight): number {
  let width = 0;
  for (const { file, text } of segments(run.text, weight)) width += pieceWidth(text, run, size, openFont(file, weight));
  return width;
}

function pieceWidth(text: string, run: TextRun, size: number, font: Font): number {
  return (layoutOf(font, text, featuresOf(run)).advanceWidth * runSize(run, size) * MM_PER_POINT) / font.unitsPerEm;
}

function layoutOf(font: Font, text: string, features: TextPiece["features"]): GlyphRun {
  const known = layouts.get(font) ?? new Map<string, GlyphRun>();
  layouts.set(font, known);
  const key = `${features.join()} ${text}`;
  const glyphs = known.get(key) ?? font.layout(text, [...features]);
  if (known.size >= MAX_LAYOUTS) known.clear();
  known.set(key, glyphs);
  return glyphs;
}

function featuresOf(run: TextRun): "tnum"[] {
  return run.digits === "tabular" ? ["tnum"] : [];
}

/** Cuts a text where the file that has the characters changes. */
function segments(text: string, weight: FontWeight): Segment[] {
  const result: { file: FontFile; text: string }[] = [];
  for (const character of text) {
    const file = fileOf(character, weight);
    const drawn = file ? character : SUBSTITUTE;
    const last = result[result.length - 1];
    if (last && last.file === (file ?? "latin")) last.text += drawn;
    else result.push({ file: file ?? "latin", text: drawn });
  }
  return result;
}

function fileOf(character: string, weight: FontWeight): FontFile | undefined {
  const code = character.codePointAt(0) as number;
  return SUBSETS.find((file) => openFont(file, weight).hasGlyphForCodePoint(code));
}

function openFont(file: FontFile, weight: FontWeight): Font {
  const name = `${file}-${weight}`;
  let font = fonts.get(name);
  if (!font) {
    font = freshFont(file, weight);
    fonts.set(name, font);
  }
  return font;
}

function fontPath(file: FontFile, weight: FontWeight, extension: "woff" | "woff2"): string {
  return require.resolve(`@fontsource/inter/files/inter-${file}-${weight}-normal.${extension}`);
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
