import { TrainingError } from "../../errors";
import type { LabelImage } from "../../image/labelPng";

/** Label of pixels that do not count. */
export const IGNORED = -1;

/** Stored value of pixels that do not count, unless the configuration names another or it is a class. */
const USUALLY_IGNORED = 255;

/** What stored values mean. */
export interface LabelMeaning {
  /** Number K of classes. */
  readonly classes: number;
  /** See `FolderConfig`. */
  readonly reduceZeroLabel: boolean;
  readonly ignoreLabel?: number | undefined;
}

/**
 * The class of every pixel of a label picture, and `IGNORED` where it does not count.
 *
 * @param path for the message
 * @returns numbers 0..K-1 and -1, row-major
 * @throws TrainingError `label-value` naming the first value that is no class
 */
export function classNumbers(path: string, { values, width }: LabelImage, meaning: LabelMeaning): Int32Array {
  const { classes, reduceZeroLabel } = meaning;
  const first = reduceZeroLabel ? 1 : 0;
  const ignored = meaning.ignoreLabel ?? USUALLY_IGNORED;
  const isIgnored = (value: number) => {
    if (value === 0 && reduceZeroLabel) return true;
    return value === ignored && (meaning.ignoreLabel !== undefined || value - first >= classes);
  };
  const numbers = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (isIgnored(value)) numbers[i] = IGNORED;
    else if (value - first < classes) numbers[i] = value - first;
    else {
      const expected = `class numbers ${first} to ${first + classes - 1}, or ${reduceZeroLabel ? "0 and " : ""}${ignored} for pixels that do not count`;
      const found = `${value} in row ${Math.floor(i / width)}, column ${i % width}`;
      throw new TrainingError("label-value", `${path}: expected ${expected}, found ${found}`);
    }
  }
  return numbers;
}
