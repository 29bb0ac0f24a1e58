import { niceRange, positionOf, type ScaleType, type Tick, ticksOf, widened } from "./axis";
import { BASE_COLORS } from "./classPalette";
import type { Block } from "./colorBar";
import type { Box, FigureElement, ValueRange } from "./description";
import { DOT, type LineSeries, type Plot, STROKE, seriesElements } from "./lineSeries";
import type { PageArea } from "./page";
import { ascentOf, CAP_HEIGHT, COLOR, GAP, HAIRLINE, lineHeight, MM_PER_POINT, SIZE, textHeight } from "./style";
import { numberLine, numberWidth, textLine, textLines, widthOf, wrapText } from "./textLayout";

/** Lines over a common axis. */
export interface LinePanel {
  readonly title: string;
  /** What x is, and its unit. */
  readonly xLabel: string;
  /** What y is, and its unit. */
  readonly yLabel: string;
  /** Later lines are drawn over earlier ones. */
  readonly series: readonly LineSeries[];
  /** Ends of the x axis; by default those of the points. */
  readonly xRange?: ValueRange;
  /** Ends of the y axis; by default round values around those of the points. */
  readonly yRange?: ValueRange;
  /** `"linear"` (default) or `"log"`, for values above zero. */
  readonly yScale?: ScaleType;
  /** Whether x counts something, such as layers: numbers stand at whole values only; default false. */
  readonly wholeX?: boolean;
}

/** Length of a tick, and its distance from its number, mm. */
const TICK = { length: 0.8, gap: 0.6 } as const;

/** Length of the line in a legend, mm. */
const KEY = 4;

/** Distance between entries of a legend, mm. */
const KEY_GAP = 3;

/** Distance between the ticks of the y axis at the least, mm. */
const Y_PITCH = 6.5;

const TICK_STYLE = { size: SIZE.tick, color: COLOR.tick } as const;

/** Colour of the n-th line of a panel. */
export function seriesColor(series: LineSeries, index: number): string {
  return series.color ?? BASE_COLORS[index % BASE_COLORS.length];
}

/** Title and legend of a panel; lines without a name are left out, and so is a legend of one. */
export function panelHeader(panel: LinePanel, number: number, area: PageArea): Block {
  const lines = wrapTitle(panel.title, area.width);
  const title = textLines(lines, { id: `title-${number}`, x: area.x, y: area.y, weight: 600 });
  const elements: FigureElement[] = [...title];
  const top = area.y + lines.length * lineHeight(SIZE.label);
  const named = panel.series.map((series, i) => ({ series, i })).filter(({ series }) => series.name !== "");
  if (named.length < 2) return { elements, bottom: top };
  let [x, y] = [area.x, top];
  for (const { series, i } of named) {
    const names = wrapText(series.name, SIZE.tick, area.width - KEY - GAP.text);
    const width = KEY + GAP.text + Math.max(...names.map((name) => widthOf(name, SIZE.tick)));
    if (x > area.x && x + width > area.x + area.width + 1e-6) [x, y] = [area.x, y + lineHeight(SIZE.tick)];
    elements.push(key(`legend-${number}-${i + 1}`, series, seriesColor(series, i), x, y));
    const place = { id: `legend-${number}-${i + 1}-name`, x: x + KEY + GAP.text, y };
    elements.push(...textLines(names, { ...place, ...TICK_STYLE }));
    y += (names.length - 1) * lineHeight(SIZE.tick);
    x += width + KEY_GAP;
  }
  return { elements, bottom: y + lineHeight(SIZE.tick) };
}

/** Semi-bold text is wider than `wrapText` counts on. */
function wrapTitle(title: string, width: number): string[] {
  const lines = wrapText(title, SIZE.label, width);
  const widest = Math.max(...lines.map((line) => widthOf(line, SIZE.label, 600)));
  return widest <= width ? lines : wrapText(title, SIZE.label, (width * width) / widest - 1e-6);
}

function key(id: string, series: LineSeries, color: string, x: number, top: number): FigureElement {
  const y = top + ascentOf(SIZE.tick) - (CAP_HEIGHT * SIZE.tick * MM_PER_POINT) / 2;
  if (series.dots === "only") {
    const stroke = { stroke: COLOR.page, strokeWidth: HAIRLINE };
    return { kind: "circle", id, x: x + KEY / 2, y, radius: DOT, fill: color, ...stroke };
  }
  const look = series.faint
    ? { strokeWidth: STROKE.faint, opacity: STROKE.opacity }
    : { strokeWidth: STROKE.line, opacity: 1 };
  return { kind: "path", id, lines: [[x, y, x + KEY, y]], color, ...look };
}

/** Axes and lines of a panel. */
export function drawPanel(panel: LinePanel, number: number, area: PageArea, height: number): Block {
  const { yScale = "linear" } = panel;
  const points = panel.series.flatMap(({ points }) =>
    points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
  );
  const count = Math.max(2, Math.floor(height / Y_PITCH));
  const xRange = panel.xRange ?? widened(extent(points.map(([x]) => x)));
  const yRange =
    panel.yRange ??
    valueRange(
      points.map(([, y]) => y),
      count,
      yScale,
    );
  const yTicks = ticksOf(yRange, count, yScale);
  const names = wrapText(panel.yLabel, SIZE.label, height);
  const namesWidth = names.length * lineHeight(SIZE.label);
  const gutter = namesWidth + 0.5 * GAP.text + tickWidth(yTicks) + TICK.gap + TICK.length;
  const end = area.x + area.width;
  const left = area.x + gutter;
  const room = tickWidth(ticksOf(xRange, 2)) / 2;
  const plot: Plot = {
    x: left,
    y: area.y + textHeight(SIZE.tick) / 2,
    width: end - room - left,
    height,
    xRange,
    yRange,
    yScale,
  };
  const across = xAxis(panel, number, plot, area);
  const lines = panel.series.flatMap((series, i) =>
    seriesElements(`line-${number}-${i + 1}`, series, seriesColor(series, i), plot),
  );
  const elements = [
    ...yGuides(yTicks, number, plot),
    ...frame(number, plot),
    ...across.elements,
    ...yNumbers(yTicks, number, plot),
    ...yNames(names, number, plot, area),
    ...lines,
    ...(points.length === 0 ? [emptyNote(number, plot)] : []),
  ];
  return { elements, bottom: across.bottom };
}

function extent(values: readonly number[]): ValueRange {
  if (values.length === 0) return [0, 1];
  return values.reduce<ValueRange>(
    ([min, max], value) => [Math.min(min, value), Math.max(max, value)],
    [values[0], values[0]],
  );
}

function valueRange(values: readonly number[], count: number, scale: ScaleType): ValueRange {
  const [min, max] = extent(values);
  if (scale === "linear") return niceRange(widened([min, max]), count);
  return values.length === 0 ? [1, 10] : max > min ? [min, max] : [min / 2, max * 2];
}

function tickWidth(ticks: readonly Tick[]): number {
  return Math.max(0, ...ticks.map(({ text }) => numberWidth(text, SIZE.tick)));
}

function hairline(id: string, [x1, y1]: readonly number[], [x2, y2]: readonly number[], color: string): FigureElement {
  return { kind: "line", id, x1, y1, x2, y2, color, strokeWidth: HAIRLINE };
}

/** The two axes. */
function frame(number: number, { x, y, width, height }: Box): FigureElement[] {
  const corner = [x, y + height];
  return [
    hairline(`x-axis-${number}`, corner, [x + width, y + height], COLOR.rule),
    hairline(`y-axis-${number}`, [x, y], corner, COLOR.rule),
  ];
}

function yOf(tick: Tick, { y, height, yRange, yScale }: Plot): number {
  return y + (1 - positionOf(tick.value, yRange, yScale)) * height;
}

/** Lines across the plot at the ticks of its y axis, which they reach over to the left. */
function yGuides(ticks: readonly Tick[], number: number, plot: Plot): FigureElement[] {
  return ticks.flatMap((tick, i) => {
    const y = yOf(tick, plot);
    const id = `y-tick-${number}-${i + 1}`;
    return [
      hairline(`${id}-guide`, [plot.x, y], [plot.x + plot.width, y], COLOR.guide),
      hairline(id, [plot.x - TICK.length, y], [plot.x, y], COLOR.rule),
    ];
  });
}

function yNumbers(ticks: readonly Tick[], number: number, plot: Plot): FigureElement[] {
  const x = plot.x - TICK.length - TICK.gap;
  const drop = (CAP_HEIGHT * SIZE.tick * MM_PER_POINT) / 2;
  return ticks.map((tick, i) =>
    numberLine(tick.text, {
      id: `y-number-${number}-${i + 1}`,
      x,
      y: yOf(tick, plot) + drop,
      anchor: "end",
      ...TICK_STYLE,
    }),
  );
}

/** What y is, read upwards, centred on the plot. */
function yNames(lines: readonly string[], number: number, plot: Plot, area: PageArea): FigureElement[] {
  const y = plot.y + plot.height / 2;
  return lines.map((line, i) => {
    const x = area.x + ascentOf(SIZE.label) + i * lineHeight(SIZE.label);
    return textLine(line, { id: `y-label-${number}-${i + 1}`, x, y, anchor: "middle", rotation: -90 });
  });
}

/** As many ticks as have room for their numbers, and below them what x is. */
function xAxis(panel: LinePanel, number: number, plot: Plot, area: PageArea): Block {
  const bottom = plot.y + plot.height;
  const ticks = panel.wholeX ? wholeTicks(plot) : spacedTicks(plot);
  const top = bottom + TICK.length + TICK.gap;
  const style = { y: top + ascentOf(SIZE.tick), anchor: "middle", ...TICK_STYLE } as const;
  const elements = ticks.flatMap(({ value, text }, i): FigureElement[] => {
    const x = plot.x + positionOf(value, plot.xRange) * plot.width;
    const id = `${number}-${i + 1}`;
    const tick = hairline(`x-tick-${id}`, [x, bottom], [x, bottom + TICK.length], COLOR.rule);
    return [tick, numberLine(text, { id: `x-number-${id}`, x, ...style })];
  });
  const lines = wrapText(panel.xLabel, SIZE.label, area.width);
  const half = Math.max(...lines.map((line) => widthOf(line, SIZE.label))) / 2;
  const x = Math.max(area.x + half, Math.min(area.x + area.width - half, plot.x + plot.width / 2));
  const y = top + lineHeight(SIZE.tick);
  elements.push(...textLines(lines, { id: `x-label-${number}`, x, y, anchor: "middle" }));
  return { elements, bottom: y + (lines.length - 1) * lineHeight(SIZE.label) + textHeight(SIZE.label) };
}

function spacedTicks({ xRange, width }: Plot): Tick[] {
  for (let count = 8; count > 1; count--) {
    const ticks = ticksOf(xRange, count);
    const pitch =
      ticks.length > 1 ? (positionOf(ticks[1].value, xRange) - positionOf(ticks[0].value, xRange)) * width : width;
    if (pitch >= tickWidth(ticks) + 2.5 * GAP.text) return ticks;
  }
  return ticksOf(xRange, 1);
}

function wholeTicks(plot: Plot): Tick[] {
  const ticks = spacedTicks(plot).filter(({ value }) => Number.isInteger(value));
  return ticks.map(({ value, text }) => ({ value, text: text.replace(/\.0+$/, "") }));
}

function emptyNote(number: number, { x, y, width, height }: Box): FigureElement {
  const place = { id: `empty-${number}`, x: x + width / 2, y: y + height / 2 };
  return textLine("no values", { ...place, size: SIZE.tick, anchor: "middle", color: COLOR.caption });
}
