/**
 * The one look of all figures, and the only place where it is decided; `docs/design.md` tells it in prose.
 *
 * Sizes of text and lines are in points at the size at which the page is printed and do not grow with it: a wider page
 * has more room, not larger letters. Colours are roles, which `theme.ts` turns into colours for a light or a dark page;
 * no figure names a colour of its own but for what it shows (classes, lines of a chart, colour maps).
 */

/** Millimetres in a typographic point. */
export const MM_PER_POINT = 25.4 / 72;

/** Page widths by name, mm: a single and a double journal column, and a slide of 16:9. */
export const PAGE_PRESETS = { "single-column": 84, "double-column": 174, slide: 254 } as const;

/** Name of a page width. */
export type PagePreset = keyof typeof PAGE_PRESETS;

/** Width of a page: mm, or a preset. */
export type PageWidth = number | PagePreset;

/**
 * A slide: height in mm; how many times larger than on paper everything is at the most, so that labels have 14 points;
 * and the tallest single panel that leaves room for what stands around it, mm before enlarging.
 */
export const SLIDE = { height: 142.875, enlargement: 2, panel: 46 } as const;

/** Narrowest and widest page that is laid out, mm. */
export const PAGE_WIDTH_LIMITS = { min: 60, max: 1000 } as const;

/** Empty edge of the page, mm. */
export const MARGIN = 2;

/** Text sizes, points. */
export const SIZE = { label: 7, tick: 6, caption: 6 } as const;

/** Text and line colours, by what they are for; see `theme.ts`. */
export const COLOR = {
  /** The page itself, and rings that set a mark apart from what lies behind it. */
  page: "page",
  text: "text",
  tick: "tick",
  caption: "caption",
  rule: "rule",
  /** Lines across a chart, behind what it shows. */
  guide: "guide",
  marker: "marker",
  markerRing: "markerRing",
  stamp: "stamp",
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
