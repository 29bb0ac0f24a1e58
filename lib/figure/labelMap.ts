import type { RgbImage } from "../arrays";
import { FigureError } from "../errors";
import { checkSides } from "./checks";
import { fromHex } from "./colorDistance";
import type { Box } from "./description";

/** The class of every pixel, or of every cell of any grid over the picture. */
export interface LabelMap {
  readonly height: number;
  readonly width: number;
  /** Class numbers, row-major. */
  readonly classes: ArrayLike<number>;
}

/**
 * Passes on a map of classes.
 *
 * @param subject what the map is, for the message
 * @param count number of classes, when it is known
 * @param ignoreLabel a number that is no class, but may occur
 * @throws FigureError `grid-invalid` unless its sides fit its classes; `class-invalid` for what is no class number
 */
export function checkLabelMap(subject: string, map: LabelMap, count?: number, ignoreLabel?: number): LabelMap {
  checkSides(subject, map);
  const expected = map.height * map.width;
  if (map.classes.length !== expected) {
    throw new FigureError(
      "grid-invalid",
      `${subject}: expected ${expected} classes for ${map.height}x${map.width}, found ${map.classes.length}`,
    );
  }
  const end = count ?? 65_536;
  for (let i = 0; i < expected; i++) {
    const label = map.classes[i];
    if ((Number.isInteger(label) && label >= 0 && label < end) || label === ignoreLabel) continue;
    throw new FigureError("class-invalid", `${subject}: expected class numbers in 0..${end - 1}, found ${label}`);
  }
  return map;
}

/** Share of the pixels of each class that occurs, 0..1; those with the label to ignore do not count. */
export function classShares({ classes }: LabelMap, ignoreLabel?: number): Map<number, number> {
  const counts = new Map<number, number>();
  let total = 0;
  for (let i = 0; i < classes.length; i++) {
    const label = classes[i];
    if (label === ignoreLabel) continue;
    counts.set(label, (counts.get(label) ?? 0) + 1);
    total++;
  }
  return new Map([...counts].map(([label, count]) => [label, count / total]));
}

/**
 * Shares in tenths of a percent, rounded so that together they are 1000 as the shares together are 1: the largest
 * remainders are rounded up.
 */
export function roundedShares(shares: ReadonlyMap<number, number>): Map<number, number> {
  const whole = [...shares].map(([label, share]) => ({ label, tenths: Math.floor(1000 * share), share }));
  const missing = Math.round(1000 * whole.reduce((sum, { share }) => sum + share, 0)) - sumOf(whole);
  const order = whole.toSorted((one, other) => remainder(other) - remainder(one) || one.label - other.label);
  const raised = new Set(order.slice(0, missing).map(({ label }) => label));
  return new Map(whole.map(({ label, tenths }) => [label, tenths + (raised.has(label) ? 1 : 0)]));
}

function sumOf(parts: readonly { readonly tenths: number }[]): number {
  return parts.reduce((sum, { tenths }) => sum + tenths, 0);
}

function remainder({ share, tenths }: { readonly share: number; readonly tenths: number }): number {
  return 1000 * share - tenths;
}

/** Every pixel in the colour of its class, `#rrggbb`; `other` for a number without one. */
export function coloredMap(map: LabelMap, colors: readonly string[], other: string): RgbImage {
  const table = colors.map(fromHex);
  const rest = fromHex(other);
  const data = new Uint8Array(3 * map.classes.length);
  for (let i = 0; i < map.classes.length; i++) data.set(table[map.classes[i]] ?? rest, 3 * i);
  return { height: map.height, width: map.width, data };
}

/** Lines between pixels of different classes, where the map is stretched over a box; as a path has them. */
export function boundaries({ height, width, classes }: LabelMap, box: Box): number[][] {
  const xOf = (col: number) => box.x + (col / width) * box.width;
  const yOf = (row: number) => box.y + (row / height) * box.height;
  const lines: number[][] = [];
  for (let row = 1; row < height; row++) {
    const differs = (col: number) => classes[row * width + col] !== classes[(row - 1) * width + col];
    for (const [from, to] of runs(width, differs)) lines.push([xOf(from), yOf(row), xOf(to), yOf(row)]);
  }
  for (let col = 1; col < width; col++) {
    const differs = (row: number) => classes[row * width + col] !== classes[row * width + col - 1];
    for (const [from, to] of runs(height, differs)) lines.push([xOf(col), yOf(from), xOf(col), yOf(to)]);
  }
  return lines;
}

/** First and behind the last index of each stretch for which something holds. */
function runs(length: number, holds: (index: number) => boolean): [number, number][] {
  const found: [number, number][] = [];
  let start = -1;
  for (let i = 0; i <= length; i++) {
    const inside = i < length && holds(i);
    if (inside && start < 0) start = i;
    if (inside || start < 0) continue;
    found.push([start, i]);
    start = -1;
  }
  return found;
}
