import { FigureError } from "../errors";
import type { Box, TextElement, TextRun } from "./description";
import { type FontWeight, measureText, missingCharacters } from "./font";
import { ascentOf, COLOR, lineHeight, SIZE, textHeight } from "./style";

/** Where and how a line of text stands; sizes default to a label's. */
export interface TextPlace {
  readonly id: string;
  readonly x: number;
  /** Baseline. */
  readonly y: number;
  readonly size?: number;
  readonly weight?: FontWeight;
  readonly anchor?: TextElement["anchor"];
  readonly rotation?: TextElement["rotation"];
  readonly color?: string;
}

/**
 * A line of text.
 *
 * @param content plain text, or runs
 * @param place position (mm), size (points, default 7), weight (400), anchor ("start"), rotation (0) and colour
 */
export function textLine(content: string | readonly TextRun[], place: TextPlace): TextElement {
  const runs = typeof content === "string" ? [{ text: content }] : content;
  const defaults = { size: SIZE.label, weight: 400, anchor: "start", rotation: 0, color: COLOR.text } as const;
  return { kind: "text", runs, ...defaults, ...place };
}

/** A number as a line of text, with digits of one width; place as for {@link textLine}. */
export function numberLine(text: string, place: TextPlace): TextElement {
  return textLine([{ text, digits: "tabular" }], place);
}

/** Width of a number in mm; size in points. */
export function numberWidth(text: string, size: number): number {
  return measureText([{ text, digits: "tabular" }], size, 400);
}

/**
 * Lines of text below each other.
 *
 * @param lines plain text, or runs
 * @param place as for {@link textLine}, but `y` is the top of the first line, and `id` is followed by the line's number
 */
export function textLines(lines: readonly (string | readonly TextRun[])[], place: TextPlace): TextElement[] {
  const size = place.size ?? SIZE.label;
  const first = place.y + ascentOf(size);
  return lines.map((line, i) =>
    textLine(line, { ...place, id: `${place.id}-${i + 1}`, y: first + i * lineHeight(size) }),
  );
}

/** Distance from the top of the first to the bottom of the last of some lines; size in points, result in mm. */
export function linesHeight(count: number, size: number): number {
  return (count - 1) * lineHeight(size) + textHeight(size);
}

/**
 * Runs of a text in which activation names have their number as a subscript: `Z12` gives Z and a low 12.
 *
 * A name is a single capital letter and one to three digits, standing as a word.
 */
export function subscripted(text: string): TextRun[] {
  return text
    .split(/(?<=\b[A-Z])(\d{1,3})\b/)
    .map((piece, i): TextRun => (i % 2 === 1 ? { text: piece, script: "sub" } : { text: piece }))
    .filter((run) => run.text !== "");
}

/** Width of plain text in mm; size in points. */
export function widthOf(text: string, size: number, weight: FontWeight = 400): number {
  return measureText([{ text }], size, weight);
}

/**
 * Breaks a text into lines that fit a width, at spaces, and inside a word only where the word alone is too wide.
 *
 * Nothing is cut: joined again (less the spaces at breaks) the lines are the text. No-break spaces do not break.
 *
 * @param text plain text; line breaks and tabs count as spaces
 * @param size size in points
 * @param width width to fit, mm
 * @returns at least one line
 */
export function wrapText(text: string, size: number, width: number): string[] {
  const fits = (line: string) => widthOf(line, size) <= width;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/[ \t\r\n]+/).filter((piece) => piece !== "")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (fits(joined)) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    const pieces = fits(word) ? [word] : breakWord(word, fits);
    lines.push(...pieces.slice(0, -1));
    line = pieces[pieces.length - 1];
  }
  return line === "" && lines.length > 0 ? lines : [...lines, line];
}

/** The longest pieces of a word that fit; at least one character each. */
function breakWord(word: string, fits: (line: string) => boolean): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const character of word) {
    if (piece !== "" && !fits(piece + character)) {
      pieces.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...pieces, piece];
}

/**
 * The box a line of text takes on the page, from the tops of its tall letters to the bottoms of its low ones.
 *
 * @returns box in mm, turned with the text
 */
export function textBox(element: TextElement): Box {
  const width = measureText(element.runs, element.size, element.weight);
  const before = { start: 0, middle: width / 2, end: width }[element.anchor];
  const ascent = ascentOf(element.size);
  const height = textHeight(element.size);
  if (element.rotation === 0) return { x: element.x - before, y: element.y - ascent, width, height };
  return { x: element.x - ascent, y: element.y - width + before, width: height, height: width };
}

/**
 * Passes on text that a caller wants on a figure.
 *
 * @param subject what the text is, for the message
 * @throws FigureError `character-missing` for a character that the typeface has no outline for
 */
export function checkText(subject: string, text: string): string {
  const [character] = missingCharacters(text);
  if (character === undefined) return text;
  const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
  throw new FigureError(
    "character-missing",
    `${subject}: expected characters of the typeface Inter, found "${character}" (U+${code})`,
  );
}
