import { FigureError } from "../errors";
import { positionOf, type Tick, ticksOf } from "./axis";
import { checkChoice, checkColor, checkNumber } from "./checks";
import { BASE_COLORS } from "./classPalette";
import type { Block } from "./colorBar";
import { checkRange } from "./colorMaps";
import { type Figure, type FigureElement, grouped, type ValueRange } from "./description";
import { noteBlock } from "./note";
import { closePage, openPage, type PageArea, type PageOptions } from "./page";
import { ascentOf, CAP_HEIGHT, COLOR, GAP, HAIRLINE, lineHeight, MM_PER_POINT, SIZE, textHeight } from "./style";
import { checkText, numberLine, numberWidth, textLines, widthOf, wrapText } from "./textLayout";

/** A bar and its name. */
export interface Bar {
  readonly name: string;
  /** Length; not a number for a value that there is not: no bar, and a dash. */
  readonly value: number;
  /** `#rrggbb`; default blue. */
  readonly color?: string;
}

/** Options of {@link barsFigure}. */
export interface BarsOptions extends PageOptions {
  /** What the bars are and their unit, below the axis; default "Value". */
  readonly valueLabel?: string;
  /** `"given"` (default) or `"descending"`, longest first and missing values last. */
  readonly order?: "given" | "descending";
  /** Shows at most so many bars, and says so; default all. */
  readonly limit?: number;
  /** Ends of the axis; by default from 0, or the lowest value below, to the highest value. */
  readonly range?: ValueRange;
  /** Writes a value behind its bar; by default all with as many decimals as give the longest three digits. */
  readonly format?: (value: number) => string;
  /** Said below the axis. */
  readonly note?: string;
}

/** Height of a bar relative to a line of text. */
const BAR = 0.62;

/** Names wider than this share of the width are set in several lines. */
const LONG_NAME = 0.36;

/** Shortest axis, mm. */
const MIN_AXIS = 8;

/** Distance between ticks, mm. */
const TICK_PITCH = 10;

interface Layout {
  readonly range: ValueRange;
  /** Left end and length of the axis, mm. */
  readonly left: number;
  readonly length: number;
  readonly nameWidth: number;
  readonly format: (value: number) => string;
}

/**
 * Horizontal bars with their names to the left and their values at their ends.
 *
 * @param bars one per value
 * @param options see {@link BarsOptions}
 * @returns the description
 * @throws FigureError `bars-empty`, `option-invalid`, `range-invalid`, `value-outside`, `color-invalid`,
 *   `character-missing`
 */
export function barsFigure(bars: readonly Bar[], options: BarsOptions = {}): Figure {
  const shown = shownBars(bars, options);
  const area = openPage(options);
  const layout = layoutFor(shown, area, options);
  const rows = barRows(shown, area, layout);
  const ticks = ticksOf(layout.range, Math.max(1, Math.floor(layout.length / TICK_PITCH)));
  const axis = valueAxis(ticks, options.valueLabel ?? "Value", { ...area, y: rows.bottom }, layout);
  const guides = ticks.map(({ value }, i) => upright(`guide-${i + 1}`, value, area.y, rows.bottom, layout));
  const left = bars.length - shown.length;
  const notes = [...(left > 0 ? [`${shown.length} of ${bars.length} are shown.`] : []), options.note ?? ""];
  const note = noteBlock(notes.join(" ").trim(), axis.bottom, area);
  const chart = [...guides, ...rows.elements, ...axis.elements];
  const elements = [...grouped("bars", chart), ...note.elements];
  return closePage("Values", area, elements, note.bottom, options);
}

function shownBars(bars: readonly Bar[], { order = "given", limit = bars.length }: BarsOptions): readonly Bar[] {
  if (bars.length === 0) throw new FigureError("bars-empty", "bars: expected at least one, found none");
  for (const { name, value, color } of bars) {
    checkText("name", name);
    if (Math.abs(value) === Number.POSITIVE_INFINITY) {
      throw new FigureError("value-outside", `value of ${name}: expected a finite value or NaN, found ${value}`);
    }
    if (color !== undefined) checkColor(name, color);
  }
  checkNumber("limit", limit, 1, Number.MAX_SAFE_INTEGER, true);
  const key = ({ value }: Bar) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value);
  const isSorted = checkChoice("order", order, ["given", "descending"]) === "descending";
  const sorted = isSorted ? bars.toSorted((one, other) => (key(one) === key(other) ? 0 : key(other) - key(one))) : bars;
  return sorted.slice(0, limit);
}

function layoutFor(bars: readonly Bar[], area: PageArea, options: BarsOptions): Layout {
  const range = valueRange(bars, options.range);
  const format = options.format ?? commonFormat(range);
  const longest = Math.max(...bars.map(({ name }) => widthOf(name, SIZE.label)));
  const nameWidth = Math.min(longest, LONG_NAME * area.width);
  const valueWidth = (isLeft: boolean) =>
    Math.max(
      0,
      ...bars.filter(({ value }) => value < 0 === isLeft).map((bar) => numberWidth(textOf(bar, format), SIZE.tick)),
    );
  const before = range[0] < 0 ? valueWidth(true) + GAP.text : 0;
  const left = area.x + nameWidth + 1.5 * GAP.text + before;
  const tickWidth = Math.max(...ticksOf(range, 2).map(({ text }) => numberWidth(text, SIZE.tick)));
  const length = area.x + area.width - left - Math.max(valueWidth(false) + GAP.text, tickWidth);
  if (length >= MIN_AXIS) return { range, left, length, nameWidth, format };
  throw new FigureError(
    "option-invalid",
    `format: expected values short enough for an axis of ${MIN_AXIS} mm, found room for ${length.toFixed(1)} mm`,
  );
}

/** The values' range with zero in it, or the one asked for, which must hold zero and all values. */
function valueRange(bars: readonly Bar[], asked: ValueRange | undefined): ValueRange {
  const values = bars.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  const [min, max] = checkRange(asked ?? [Math.min(0, ...values), Math.max(0, ...values)]);
  const outside = [0, ...values].find((value) => value < min || value > max);
  if (outside !== undefined) {
    throw new FigureError(
      "value-outside",
      `range: expected to hold 0 and all values, found ${outside} outside ${min}..${max}`,
    );
  }
  return max > min ? [min, max] : [0, 1];
}

/** As many decimals for all values as give the largest of them three digits; a true minus sign. */
function commonFormat(range: ValueRange): Layout["format"] {
  const largest = Math.max(...range.map(Math.abs));
  // A round largest value, such as 100, counts as one just below.
  const decimals = Math.min(100, Math.max(0, 2 - Math.floor(Math.log10(0.999 * largest))));
  return (value) => value.toFixed(decimals).replace("-", "−");
}

function textOf({ value }: Bar, format: Layout["format"]): string {
  return Number.isNaN(value) ? "–" : checkText("value", format(value));
}

function xOf(value: number, { range, left, length }: Layout): number {
  return left + positionOf(value, range) * length;
}

/** Bars below each other, each as high as its name. */
function barRows(bars: readonly Bar[], area: PageArea, layout: Layout): Block {
  const zero = xOf(0, layout);
  const elements: FigureElement[] = [];
  let y = area.y;
  bars.forEach((bar, i) => {
    const lines = wrapText(bar.name, SIZE.label, layout.nameWidth + 1e-6);
    const height = lines.length * lineHeight(SIZE.label);
    const names = { id: `name-${i + 1}`, x: area.x + layout.nameWidth, y, anchor: "end" } as const;
    const middle =
      y + ascentOf(SIZE.label) - (CAP_HEIGHT * SIZE.label * MM_PER_POINT) / 2 + (height - lineHeight(SIZE.label)) / 2;
    elements.push(...barAndValue(bar, i + 1, middle, zero, layout), ...textLines(lines, names));
    y += height;
  });
  elements.push(upright("zero", 0, area.y, y, layout, COLOR.rule));
  return { elements, bottom: y };
}

function barAndValue(bar: Bar, number: number, middle: number, zero: number, layout: Layout): FigureElement[] {
  const height = BAR * lineHeight(SIZE.label);
  const end = Number.isNaN(bar.value) ? zero : xOf(bar.value, layout);
  const box = { x: Math.min(zero, end), y: middle - height / 2, width: Math.abs(end - zero), height };
  const paint = { fill: bar.color ?? BASE_COLORS[0], stroke: COLOR.caption, strokeWidth: HAIRLINE, radius: 0 };
  const isLeft = bar.value < 0;
  const value = numberLine(textOf(bar, layout.format), {
    id: `value-${number}`,
    x: isLeft ? end - GAP.text : end + GAP.text,
    y: middle + (CAP_HEIGHT * SIZE.tick * MM_PER_POINT) / 2,
    size: SIZE.tick,
    anchor: isLeft ? "end" : "start",
    color: COLOR.tick,
  });
  return box.width > 0 ? [{ kind: "rect", id: `bar-${number}`, ...box, ...paint }, value] : [value];
}

function upright(
  id: string,
  value: number,
  top: number,
  bottom: number,
  layout: Layout,
  color: string = COLOR.guide,
): FigureElement {
  const x = xOf(value, layout);
  return { kind: "line", id, x1: x, y1: top, x2: x, y2: bottom, color, strokeWidth: HAIRLINE };
}

/** Ticks, and what the values are, below the bars. */
function valueAxis(ticks: readonly Tick[], label: string, area: PageArea, layout: Layout): Block {
  const top = area.y + 0.5 * GAP.text;
  const style = { y: top + ascentOf(SIZE.tick), size: SIZE.tick, anchor: "middle", color: COLOR.tick } as const;
  const numbers = ticks.map(({ value, text }, i) =>
    numberLine(text, { id: `tick-${i + 1}`, x: xOf(value, layout), ...style }),
  );
  const lines = wrapText(checkText("valueLabel", label), SIZE.label, area.width);
  const y = top + lineHeight(SIZE.tick);
  const half = Math.max(...lines.map((line) => widthOf(line, SIZE.label))) / 2;
  const x = Math.max(area.x + half, Math.min(area.x + area.width - half, layout.left + layout.length / 2));
  const names = textLines(lines, { id: "value-label", x, y, anchor: "middle" });
  return {
    elements: [...numbers, ...names],
    bottom: y + (lines.length - 1) * lineHeight(SIZE.label) + textHeight(SIZE.label),
  };
}
