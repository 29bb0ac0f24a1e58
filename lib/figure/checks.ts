import type { Grid, Point, RgbImage } from "../arrays";
import { FigureError } from "../errors";
import type { ValueRange } from "./description";

/**
 * Passes on a map.
 *
 * @param subject what the map is, for the message
 * @throws FigureError `grid-invalid` unless its sides are positive whole numbers and multiply to the number of values
 */
export function checkGrid(subject: string, grid: Grid): Grid {
  checkSides(subject, grid);
  const expected = grid.height * grid.width;
  if (grid.data.length === expected) return grid;
  throw new FigureError(
    "grid-invalid",
    `${subject}: expected ${expected} values for ${grid.height}x${grid.width}, found ${grid.data.length}`,
  );
}

/**
 * Passes on a picture.
 *
 * @param subject what the picture is, for the message
 * @throws FigureError `grid-invalid` or `photo-invalid` unless it has three bytes for every pixel
 */
export function checkPhoto(subject: string, photo: RgbImage): RgbImage {
  checkSides(subject, photo);
  const expected = photo.height * photo.width * 3;
  if (photo.data.length === expected) return photo;
  throw new FigureError(
    "photo-invalid",
    `${subject}: expected ${expected} bytes for ${photo.height}x${photo.width} RGB, found ${photo.data.length}`,
  );
}

/**
 * Refuses a size that is not made of positive whole numbers.
 *
 * @throws FigureError `grid-invalid`
 */
export function checkSides(subject: string, size: { readonly height: number; readonly width: number }): void {
  const isSide = (side: number) => Number.isInteger(side) && side > 0;
  if (isSide(size.height) && isSide(size.width)) return;
  throw new FigureError(
    "grid-invalid",
    `${subject}: expected a positive whole height and width, found ${size.height}x${size.width}`,
  );
}

/**
 * Refuses a patch outside its grid.
 *
 * @throws FigureError `point-outside`
 */
export function checkPoint(subject: string, point: Point, grid: Grid): void {
  const isIn = (at: number, length: number) => Number.isInteger(at) && at >= 0 && at < length;
  if (isIn(point.row, grid.height) && isIn(point.col, grid.width)) return;
  throw new FigureError(
    "point-outside",
    `${subject}: expected a row in 0..${grid.height - 1} and a column in 0..${grid.width - 1}, ` +
      `found (${point.row}, ${point.col})`,
  );
}

/**
 * Passes on a number.
 *
 * @throws FigureError `option-invalid` unless it lies in min..max, and is whole where `whole` asks for it
 */
export function checkNumber(subject: string, value: number, min: number, max: number, whole = false): number {
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? "a whole number" : "a number";
  throw new FigureError("option-invalid", `${subject}: expected ${kind} in ${min}..${max}, found ${value}`);
}

/**
 * Passes on a name.
 *
 * @throws FigureError `option-invalid` unless it is one of `choices`
 */
export function checkChoice<T extends string>(subject: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value;
  throw new FigureError(
    "option-invalid",
    `${subject}: expected one of ${choices.join(", ")}, found ${JSON.stringify(value)}`,
  );
}

/**
 * Passes on a colour.
 *
 * @throws FigureError `color-invalid` unless it is written as `#rrggbb`
 */
export function checkColor(subject: string, color: string): string {
  if (/^#[0-9a-f]{6}$/i.test(color)) return color;
  throw new FigureError("color-invalid", `${subject}: expected a colour as #rrggbb, found ${JSON.stringify(color)}`);
}

/**
 * Lowest and highest finite value.
 *
 * @param subject what the values are, for the message
 * @param values one or more arrays
 * @throws FigureError `range-empty` when no value is finite
 */
export function finiteRange(subject: string, ...values: readonly Float32Array[]): ValueRange {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const array of values) {
    for (let i = 0; i < array.length; i++) {
      const value = array[i];
      if (!Number.isFinite(value)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  if (min <= max) return [min, max];
  throw new FigureError("range-empty", `${subject}: expected at least one finite value, found none`);
}
