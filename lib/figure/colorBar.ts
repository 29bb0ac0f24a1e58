import type { ColorMapName } from "./colorMaps";
import {
  type Box,
  type FigureElement,
  grouped,
  type HeatMapElement,
  type TextElement,
  type ValueRange,
} from "./description";
import type { PageArea } from "./page";
import { ascentOf, CAP_HEIGHT, COLOR, GAP, HAIRLINE, lineHeight, MM_PER_POINT, SIZE, textHeight } from "./style";
import { numberLine, numberWidth, textLines, widthOf, wrapText } from "./textLayout";

/** Height of the bar, mm. */
const BAR_HEIGHT = 2;

/** Shortest and longest bar, mm. */
const BAR_WIDTH = { min: 18, max: 42 } as const;

/** Magnitude from which on a value is written without a power of ten. */
const LEAST_DECIMAL = 0.001;

/** Distance between the bar and its ticks, mm. */
const TICK_GAP = 0.5;

/** How far below the top of its label a bar starts, so that both share a middle; mm. */
const BESIDE_DROP = ascentOf(SIZE.label) - (CAP_HEIGHT * SIZE.label * MM_PER_POINT + BAR_HEIGHT) / 2;

/** A figure's own elements and where they end. */
export interface Block {
  readonly elements: readonly FigureElement[];
  /** Lower end, mm. */
  readonly bottom: number;
}

interface Tick {
  /** 0 (lowest colour) to 1. */
  readonly at: number;
  readonly text: string;
  readonly anchor: TextElement["anchor"];
}

/**
 * A horizontal colour bar with its label to the left, or above where there is no room beside it.
 *
 * @param label what the colours mean
 * @param range values at the ends, written below them; `"own"` for maps that each have their own: "min" and "max"
 * @param colorMap the colour map
 * @param area where it goes; the bar takes part of the width
 * @returns elements and lower end
 */
export function colorBar(label: string, range: ValueRange | "own", colorMap: ColorMapName, area: PageArea): Block {
  const labelWidth = widthOf(label, SIZE.label) + 2 * GAP.text;
  const isBeside = area.width - labelWidth >= BAR_WIDTH.min;
  const lines = isBeside ? [label] : wrapText(label, SIZE.label, area.width);
  const left = isBeside ? labelWidth : 0;
  const bar = {
    x: area.x + left,
    y: isBeside ? area.y + BESIDE_DROP : area.y + lines.length * lineHeight(SIZE.label),
    width: Math.min(BAR_WIDTH.max, area.width - left),
    height: BAR_HEIGHT,
  };
  const labels = textLines(lines, { id: "color-bar-label", x: area.x, y: area.y });
  const tickTop = bar.y + bar.height + TICK_GAP;
  const elements = [ramp(bar, colorMap), frame(bar), ...labels, ...tickLabels(range, bar, tickTop)];
  return { elements: grouped("color-scale", elements), bottom: tickTop + textHeight(SIZE.tick) };
}

function tickLabels(range: ValueRange | "own", bar: Box, top: number): TextElement[] {
  const y = top + ascentOf(SIZE.tick);
  return ticksOf(range, bar.width).map(({ at, text, anchor }, i) => {
    const x = bar.x + at * bar.width;
    return numberLine(text, { id: `color-bar-tick-${i + 1}`, x, y, size: SIZE.tick, anchor, color: COLOR.tick });
  });
}

/** All 256 colours, one cell each. */
function ramp(bar: Box, colorMap: ColorMapName): HeatMapElement {
  const values = { height: 1, width: 256, data: Float32Array.from({ length: 256 }, (_, i) => i) };
  return {
    kind: "heatmap",
    id: "color-bar",
    ...bar,
    values,
    range: [0, 255],
    colorMap,
    interpolation: "nearest",
    opacity: 1,
  };
}

function frame(bar: Box): FigureElement {
  const stroke = { stroke: COLOR.rule, strokeWidth: HAIRLINE };
  return { kind: "rect", id: "color-bar-frame", ...bar, fill: "none", ...stroke, radius: 0 };
}

/** The ends, and zero where it lies well between them. */
function ticksOf(range: ValueRange | "own", width: number): Tick[] {
  const [low, high] = range === "own" ? ["min", "max"] : range.map(formatValue);
  const ends: Tick[] = [
    { at: 0, text: low, anchor: "start" },
    { at: 1, text: high, anchor: "end" },
  ];
  if (range === "own" || range[0] >= 0 || range[1] <= 0) return ends;
  const zero = -range[0] / (range[1] - range[0]);
  const clear = numberWidth("0", SIZE.tick) / 2 + 2 * GAP.text;
  const isClear =
    zero * width > numberWidth(low, SIZE.tick) + clear && (1 - zero) * width > numberWidth(high, SIZE.tick) + clear;
  return isClear ? [ends[0], { at: zero, text: "0", anchor: "middle" }, ends[1]] : ends;
}

/**
 * A value for people: three significant digits, a true minus sign; a power of ten where there would be many zeros.
 *
 * @returns for instance `0.25`, `−1`, `1.2e−5`
 */
export function formatValue(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const isTiny = rounded !== 0 && Math.abs(rounded) < LEAST_DECIMAL;
  return (isTiny ? rounded.toExponential() : String(rounded)).replaceAll("-", "−");
}
