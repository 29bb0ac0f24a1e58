import {
  interpolateBlues,
  interpolateCividis,
  interpolateInferno,
  interpolateMagma,
  interpolateRdBu,
  interpolateViridis,
} from "d3-scale-chromatic";
import { FigureError } from "../errors";

/** Lowest and highest value of a colour scale; values outside take the end colours. */
export type ValueRange = readonly [min: number, max: number];

/** Entries of a colour table. */
const ENTRIES = 256;

/** Colour of values that are not a number. */
export const NAN_COLOR: readonly [red: number, green: number, blue: number] = [187, 187, 187];

/** Corners (position, level) of the red, green and blue ramps of the classic `jet` map. Source: matplotlib `_jet_data`. */
const JET = [
  [0, 0, 0.35, 0, 0.66, 1, 0.89, 1, 1, 0.5],
  [0, 0, 0.125, 0, 0.375, 1, 0.64, 1, 0.91, 0, 1, 0],
  [0, 0.5, 0.11, 1, 0.34, 1, 0.65, 0, 1, 0],
] as const;

/** Names of all colour maps; the first is the default. */
export const colorMapNames = ["viridis", "inferno", "magma", "cividis", "Blues", "jet", "gray", "RdBu"] as const;

/** Name of a colour map. `RdBu` is diverging (red low, white middle, blue high); the others run from low to high. */
export type ColorMapName = (typeof colorMapNames)[number];

const INTERPOLATORS: Readonly<Record<ColorMapName, (t: number) => string>> = {
  viridis: interpolateViridis,
  inferno: interpolateInferno,
  magma: interpolateMagma,
  cividis: interpolateCividis,
  Blues: interpolateBlues,
  jet: (t: number) => rgb(JET.map((ramp) => 255 * rampAt(ramp, t))),
  gray: (t: number) => rgb([255 * t, 255 * t, 255 * t]),
  RdBu: interpolateRdBu,
};

const tables = new Map<ColorMapName, Uint8Array>();

/**
 * The 256 colours of a map, lowest first.
 *
 * @param name a name of `colorMapNames`
 * @returns RGB bytes, [256, 3]
 * @throws FigureError `color-map-unknown` for any other name
 */
export function colorTable(name: ColorMapName): Uint8Array {
  if (!Object.hasOwn(INTERPOLATORS, name)) {
    throw new FigureError(
      "color-map-unknown",
      `colour map: expected one of ${colorMapNames.join(", ")}, found ${JSON.stringify(name)}`,
    );
  }
  const known = tables.get(name);
  if (known) return known;
  const table = new Uint8Array(ENTRIES * 3);
  for (let i = 0; i < ENTRIES; i++) table.set(parseColor(INTERPOLATORS[name](i / (ENTRIES - 1))), i * 3);
  tables.set(name, table);
  return table;
}

/**
 * Colours values: entry `floor(256 (v - min) / (max - min))` of the table, clamped to its ends.
 *
 * A range without width takes the lowest colour, as matplotlib does; NaN is drawn in grey (`NAN_COLOR`).
 *
 * @param values any number of values
 * @param range lowest and highest value; finite, in this order
 * @param map name of the colour map
 * @returns RGB bytes, [values.length, 3]
 * @throws FigureError `range-invalid` or `color-map-unknown`
 */
export function colorize(values: ArrayLike<number>, range: ValueRange, map: ColorMapName): Uint8Array {
  const bytes = new Uint8Array(values.length * 3);
  colorInto(bytes, 0, values, 0, values.length, colorScale(range, map));
  return bytes;
}

/** A colour map over a range. */
export interface ColorScale {
  /** RGB bytes, [256, 3]. */
  readonly table: Uint8Array;
  readonly min: number;
  /** Entries of the table to a unit. */
  readonly perUnit: number;
}

/**
 * A colour map over a range, for {@link colorInto}.
 *
 * @throws FigureError `range-invalid` or `color-map-unknown`
 */
export function colorScale(range: ValueRange, map: ColorMapName): ColorScale {
  const [min, max] = checkRange(range);
  return { table: colorTable(map), min, perUnit: max > min ? ENTRIES / (max - min) : 0 };
}

/** Colours `count` values from `from` on as {@link colorize} does, into RGB bytes from `at` on. */
export function colorInto(
  bytes: Uint8Array,
  at: number,
  values: ArrayLike<number>,
  from: number,
  count: number,
  { table, min, perUnit }: ColorScale,
): void {
  for (let i = from; i < from + count; i++, at += 3) {
    const value = values[i];
    if (Number.isNaN(value)) {
      bytes.set(NAN_COLOR, at);
      continue;
    }
    const place = (value - min) * perUnit; // not a number for an infinite value in a range without width
    const entry = 3 * (place >= ENTRIES ? ENTRIES - 1 : place > 0 ? place | 0 : 0); // | 0: rounds down
    bytes[at] = table[entry];
    bytes[at + 1] = table[entry + 1];
    bytes[at + 2] = table[entry + 2];
  }
}

/**
 * Passes a range on.
 *
 * @throws FigureError `range-invalid` unless both ends are finite and in order
 */
export function checkRange(range: ValueRange): ValueRange {
  const [min, max] = range;
  if (range.length !== 2 || !Number.isFinite(min) || !Number.isFinite(max) || min > max) {
    throw new FigureError("range-invalid", `range: expected [min, max] with min <= max, found [${range.join(", ")}]`);
  }
  return range;
}

/** Level of a piecewise linear ramp, given as position, level, position, level ... */
function rampAt(ramp: readonly number[], t: number): number {
  for (let i = 2; i < ramp.length; i += 2) {
    if (t > ramp[i]) continue;
    const share = (t - ramp[i - 2]) / (ramp[i] - ramp[i - 2]);
    return ramp[i - 1] + share * (ramp[i + 1] - ramp[i - 1]);
  }
  return ramp[ramp.length - 1];
}

function rgb(channels: readonly number[]): string {
  return `rgb(${channels.map(Math.round).join(", ")})`;
}

/** Reads `#rrggbb` and `rgb(r, g, b)`, the two forms the interpolators return. */
function parseColor(color: string): number[] {
  if (color.startsWith("#")) return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return (color.match(/\d+/g) ?? []).map(Number);
}
