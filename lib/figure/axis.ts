import type { ValueRange } from "./description";

/** How values become lengths: in proportion, or by their logarithm. */
export type ScaleType = "linear" | "log";

/** A value on an axis. */
export interface Tick {
  readonly value: number;
  /** The value for people. */
  readonly text: string;
}

/** Values from which ticks are given as powers of ten, and numbers from which digits are set in groups. */
const LARGE = { power: 1e7, grouped: 1e4 } as const;

/** Steps below this are given as powers of ten. */
const SMALL = 1e-5;

/** Values below this are given as powers of ten on a log scale. */
const SMALLEST_DECIMAL = 1e-3;

/** Distance between two ticks is one of these, times a power of ten. */
const STEPS = [1, 2, 5, 10] as const;

/** Where a value stands on an axis: 0 at the lower end of its range, 1 at the upper. */
export function positionOf(value: number, [min, max]: ValueRange, scale: ScaleType = "linear"): number {
  if (scale === "linear") return (value - min) / (max - min);
  return Math.log(value / min) / Math.log(max / min);
}

/**
 * Round values in a range, at most about `count`.
 *
 * On a log scale, powers of ten; with 2 and 5 between them where there are few powers, and steps as on a linear scale
 * where the range holds no three of these.
 */
export function ticksOf(range: ValueRange, count: number, scale: ScaleType = "linear"): Tick[] {
  if (scale === "linear") return linearTicks(range, count);
  const powers = powersIn(range, [1]);
  const every = Math.ceil(powers.length / Math.max(2, count));
  if (powers.length >= 3) return powers.filter((_, i) => i % every === 0).map(powerTick);
  const values = powersIn(range, [1, 2, 5]);
  return values.length >= 3 && values.length <= count ? values.map(powerTick) : linearTicks(range, count);
}

function linearTicks([min, max]: ValueRange, count: number): Tick[] {
  const step = niceStep(max - min, count);
  const [first, last] = [Math.ceil(min / step - 1e-9), Math.floor(max / step + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = rounded((first + i) * step, step);
    return { value, text: tickText(value, step, Math.max(Math.abs(min), Math.abs(max))) };
  });
}

/** Values (1, or 1, 2 and 5) times powers of ten in a range. */
function powersIn([min, max]: ValueRange, factors: readonly number[]): number[] {
  const exponents = [min, max].map(Math.log10);
  const first = Math.floor(exponents[0]);
  return Array.from({ length: Math.ceil(exponents[1]) - first + 1 }, (_, i) => first + i)
    .flatMap((exponent) => factors.map((factor) => Number(`${factor}e${exponent}`)))
    .filter((value) => value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9));
}

function powerTick(value: number): Tick {
  return { value, text: value < SMALLEST_DECIMAL ? signed(value.toExponential()) : tickText(value, value, value) };
}

/** A range that begins and ends at a tick. */
export function niceRange([min, max]: ValueRange, count: number): ValueRange {
  const step = niceStep(max - min, count);
  const [first, last] = [Math.floor(min / step + 1e-9), Math.ceil(max / step - 1e-9)];
  return [rounded(first * step, step), rounded(last * step, step)];
}

/** A range with room for a line, where the lowest and highest value are the same. */
export function widened([min, max]: ValueRange): ValueRange {
  if (max > min) return [min, max];
  const room = Math.abs(min) / 10 || 1;
  return [min - room, max + room];
}

/** Smallest round step with which a span has at most `count` steps. */
function niceStep(span: number, count: number): number {
  const least = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(least));
  return (STEPS.find((step) => step * power >= least * (1 - 1e-9)) ?? 10) * power;
}

/** Takes the rounding of a multiplication off. */
function rounded(value: number, step: number): number {
  const decimals = Math.min(100, Math.max(0, 1 - Math.floor(Math.log10(step))));
  return Number(value.toFixed(decimals)) || 0;
}

function tickText(value: number, step: number, largest: number): string {
  if (value === 0) return "0";
  if (largest >= LARGE.power || step < SMALL) return signed(value.toExponential().replace("+", ""));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const text = value.toFixed(decimals);
  return signed(largest < LARGE.grouped ? text : text.replace(/\B(?=(\d{3})+$)/g, "\u2009"));
}

function signed(text: string): string {
  return text.replaceAll("-", "−");
}
