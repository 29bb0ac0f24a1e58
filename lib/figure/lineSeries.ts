import { positionOf, type ScaleType } from "./axis";
import type { Box, FigureElement, ValueRange } from "./description";
import { COLOR, HAIRLINE } from "./style";

/** A line through points. */
export interface LineSeries {
  /** In the legend; an empty name leaves the line out of it. */
  readonly name: string;
  /** x and y; a coordinate that is not finite breaks the line. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** `#rrggbb`; by default one of a palette, in turn. */
  readonly color?: string;
  /** Thin and pale, as for single measurements behind their mean; default false. */
  readonly faint?: boolean;
  /** `"few"` (default): a dot on each point where there are few; `"only"`: dots without lines; `"none"`: lines alone. */
  readonly dots?: "few" | "only" | "none";
}

/** Part of the page that values are drawn in. */
export interface Plot extends Box {
  readonly xRange: ValueRange;
  readonly yRange: ValueRange;
  readonly yScale: ScaleType;
}

/** Stroke widths in points, and the opacity of faint lines. */
export const STROKE = { line: 0.9, faint: 0.5, opacity: 0.32 } as const;

/** Lines of at most so many points have a dot on each. */
const DOTTED = 30;

/** Radius of a dot, mm. */
export const DOT = 0.55;

/** Points nearer to each other than this along the x axis are drawn as one upright stroke; mm. */
const COLUMN = 0.06;

type Position = readonly [x: number, y: number];

/**
 * A line inside its plot; what lies outside is cut off. Lines of few points have dots, and so has a point without
 * neighbours.
 */
export function seriesElements(id: string, series: LineSeries, color: string, plot: Plot): FigureElement[] {
  const { dots: kind = "few" } = series;
  const runs = runsOf(series.points).map((run) => run.map((point) => place(point, plot)));
  const lines = (kind === "only" ? [] : runs).flatMap((run) => clipped(thinned(run), plot)).map((line) => line.flat());
  const look = series.faint
    ? { strokeWidth: STROKE.faint, opacity: STROKE.opacity }
    : { strokeWidth: STROKE.line, opacity: 1 };
  const isDotted = kind === "only" || (kind === "few" && !series.faint && runs.flat().length <= DOTTED);
  const dots = runs.filter((run) => isDotted || run.length === 1).flat();
  const circles = dots
    .filter(([x, y]) => isInside(x, y, plot))
    .map(([x, y], i): FigureElement => {
      const stroke = { stroke: COLOR.page, strokeWidth: HAIRLINE };
      return { kind: "circle", id: `${id}-point-${i + 1}`, x, y, radius: DOT, fill: color, ...stroke };
    });
  return lines.length > 0 ? [{ kind: "path", id, lines, color, ...look }, ...circles] : circles;
}

/** Stretches of finite points. */
function runsOf(points: LineSeries["points"]): Position[][] {
  const runs: Position[][] = [[]];
  for (const point of points) {
    if (Number.isFinite(point[0]) && Number.isFinite(point[1])) runs[runs.length - 1].push(point);
    else if (runs[runs.length - 1].length > 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

function place([x, y]: Position, { xRange, yRange, yScale, ...box }: Plot): Position {
  return [box.x + positionOf(x, xRange) * box.width, box.y + (1 - positionOf(y, yRange, yScale)) * box.height];
}

function isInside(x: number, y: number, box: Box): boolean {
  const slack = 1e-6;
  const within = (at: number, start: number, length: number) => at >= start - slack && at <= start + length + slack;
  return within(x, box.x, box.width) && within(y, box.y, box.height);
}

/** Of points in the same column of the page the first, the highest, the lowest and the last: the line looks the same. */
function thinned(points: readonly Position[]): Position[] {
  const kept: Position[] = [];
  for (let start = 0; start < points.length; ) {
    let end = start + 1;
    while (end < points.length && Math.abs(points[end][0] - points[start][0]) < COLUMN) end++;
    const column = points.slice(start, end);
    if (column.length <= 4) kept.push(...column);
    else {
      const ys = column.map(([, y]) => y);
      const extremes = [ys.indexOf(Math.min(...ys)), ys.indexOf(Math.max(...ys))];
      const indices = new Set([0, ...extremes.sort((one, other) => one - other), column.length - 1]);
      kept.push(...[...indices].map((i) => column[i]));
    }
    start = end;
  }
  return kept;
}

/** The pieces of a line inside a box, of two points or more each. */
function clipped(points: readonly Position[], box: Box): Position[][] {
  const pieces: Position[][] = [];
  let open = false;
  for (let i = 1; i < points.length; i++) {
    const piece = clippedSegment(points[i - 1], points[i], box);
    if (!piece) {
      open = false;
      continue;
    }
    if (open) pieces[pieces.length - 1].push(piece[1]);
    else pieces.push(piece);
    open = piece[1] === points[i];
  }
  return pieces;
}

/** The part of a straight line inside a box. Source: Liang and Barsky, A new concept and method for line clipping (1984). */
function clippedSegment(from: Position, to: Position, box: Box): [Position, Position] | undefined {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const sides = [
    [-dx, from[0] - box.x],
    [dx, box.x + box.width - from[0]],
    [-dy, from[1] - box.y],
    [dy, box.y + box.height - from[1]],
  ];
  let [start, end] = [0, 1];
  for (const [speed, room] of sides) {
    if (speed === 0 && room < -1e-9) return undefined;
    if (speed < 0) start = Math.max(start, room / speed);
    if (speed > 0) end = Math.min(end, room / speed);
  }
  if (start > end) return undefined;
  const at = (share: number): Position => [from[0] + share * dx, from[1] + share * dy];
  return [start > 0 ? at(start) : from, end < 1 ? at(end) : to];
}
