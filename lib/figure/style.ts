/** Millimetres in a typographic point. */
export const MM_PER_POINT = 25.4 / 72;

/** Page widths, mm: a double and a single journal column. */
export const PAGE_WIDTH = { double: 174, single: 84 } as const;

/** Narrowest and widest page that is laid out, mm. */
export const PAGE_WIDTH_LIMITS = { min: 60, max: 1000 } as const;

/** White edge of the page, mm. */
export const MARGIN = 2;

/** Text sizes, points. */
export const SIZE = { label: 7, tick: 6, caption: 6 } as const;

/** Text and line colours. */
export const COLOR = {
  text: "#222222",
  tick: "#444444",
  caption: "#6b6b6b",
  rule: "#222222",
  marker: "#e3170a",
  markerRing: "#ffffff",
  stamp: "#a8401f",
} as const;

/** Thinnest line, points. */
export const HAIRLINE = 0.25;

/** Distances, mm. */
export const GAP = {
  /** Between text and what it names. */
  text: 1,
  /** Between the image and the map of a pair. */
  pair: 0.8,
  /** Between pairs, and between the blocks of a figure. */
  block: 3,
  /** Between feature tiles. */
  tile: 0.8,
} as const;

/** Height of a line of text relative to its size, and how far letters reach above and below the baseline. */
export const LINE = { height: 1.35, ascent: 0.78, descent: 0.22 } as const;

/** Height of a capital or a digit relative to the size of the text. */
export const CAP_HEIGHT = 0.73;

/** Size of a subscript relative to its text, and how far it sinks below the baseline (in sizes of the text). */
export const SUBSCRIPT = { size: 0.72, shift: 0.16 } as const;

/** Distance between the baselines of two lines of this size in points; mm. */
export function lineHeight(size: number): number {
  return size * MM_PER_POINT * LINE.height;
}

/** Distance from the top of a line of text to its baseline; size in points, result in mm. */
export function ascentOf(size: number): number {
  return size * MM_PER_POINT * LINE.ascent;
}

/** Distance from the top to the bottom of a single line of text; size in points, result in mm. */
export function textHeight(size: number): number {
  return size * MM_PER_POINT * (LINE.ascent + LINE.descent);
}
