import { FigureError } from "../errors";
import { checkChoice, checkNumber } from "./checks";
import { type Figure, type FigureElement, grouped, type Recipe } from "./description";
import { onSlide } from "./slide";
import {
  ascentOf,
  COLOR,
  GAP,
  HAIRLINE,
  MARGIN,
  PAGE_PRESETS,
  PAGE_WIDTH_LIMITS,
  type PageWidth,
  SIZE,
  SLIDE,
  textHeight,
} from "./style";
import { checkText, linesHeight, textLine, textLines, widthOf, wrapText } from "./textLayout";
import { type ThemeName, themeNames } from "./theme";

/** What every figure can be told. */
export interface PageOptions {
  /**
   * Page width: `"double-column"` (default, 174 mm), `"single-column"` (84 mm), or mm, 60..1000. Everything but text
   * scales to it. `"slide"` is a page of 254x142.875 mm (16:9) in which everything is up to twice as large, text too.
   */
  readonly width?: PageWidth;
  /** `"light"` (default, for paper) or `"dark"` (for screens and slides): the page, its text and its lines. */
  readonly theme?: ThemeName;
  /** How the figure came about; shown below it and written into its files. Default: empty, and nothing is shown. */
  readonly recipe?: Recipe;
  /** Stamps the page "untrained weights"; default false. */
  readonly untrained?: boolean;
  /** Title in the file's metadata; not drawn. Each figure has a default. */
  readonly title?: string;
}

/** The part of the page that a figure fills downwards from `y`; mm. */
export interface PageArea {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Tallest panel of pictures that the page has room for, where its height is limited. */
  readonly maxPanel?: number;
}

/** Text of the stamp. */
const STAMP = "untrained weights";

/** White space between the stamp's text and its frame, mm. */
const STAMP_PADDING = 1;

/**
 * Where a figure's own elements go: inside the margins, below the stamp if there is one.
 *
 * @throws FigureError `option-invalid` for a width that is neither a name nor in 60..1000 mm
 */
export function openPage(options: PageOptions): PageArea {
  const { width, limit } = pageSize(options.width ?? "double-column");
  const stampHeight = options.untrained ? textHeight(SIZE.label) + 2 * STAMP_PADDING + GAP.text : 0;
  return { x: MARGIN, y: MARGIN + stampHeight, width: width - 2 * MARGIN, ...limit };
}

/** Width in which a figure is laid out, and what limits its height. */
function pageSize(width: PageWidth): { width: number; limit?: { maxPanel: number } } {
  const { min, max } = PAGE_WIDTH_LIMITS;
  if (typeof width === "number") return { width: checkNumber("width", width, min, max) };
  if (!Object.hasOwn(PAGE_PRESETS, width)) {
    const names = Object.keys(PAGE_PRESETS).join(", ");
    throw new FigureError(
      "option-invalid",
      `width: expected one of ${names}, or mm in ${min}..${max}, found ${JSON.stringify(width)}`,
    );
  }
  if (width !== "slide") return { width: PAGE_PRESETS[width] };
  return { width: PAGE_PRESETS.slide / SLIDE.enlargement, limit: { maxPanel: SLIDE.panel } };
}

/**
 * Completes a page: stamp above, caption below.
 *
 * @param defaultTitle title unless the options give one
 * @param area what `openPage` returned for the same options
 * @param elements the figure's own elements, in painting order
 * @param bottom lower end of these elements, mm
 * @param options width, theme, recipe, stamp, title
 * @throws FigureError `recipe-invalid` for a recipe entry that is not text; `character-missing` for the title;
 *   `option-invalid` for an unknown theme
 */
export function closePage(
  defaultTitle: string,
  area: PageArea,
  elements: readonly FigureElement[],
  bottom: number,
  options: PageOptions,
): Figure {
  const recipe = options.recipe ?? {};
  const lines = captionLines(recipe, area.width);
  const top = bottom + GAP.block;
  const place = { id: "caption", x: area.x, y: top, size: SIZE.caption, color: COLOR.caption };
  const caption = grouped("caption", textLines(lines, place));
  const end = lines.length > 0 ? top + linesHeight(lines.length, SIZE.caption) : bottom;
  const figure: Figure = {
    title: checkText("title", options.title ?? defaultTitle),
    width: area.width + 2 * MARGIN,
    height: end + MARGIN,
    elements: [...elements, ...(options.untrained ? grouped("stamp", stamp(area)) : []), ...caption],
    recipe,
    theme: checkChoice("theme", options.theme ?? "light", themeNames),
  };
  return options.width === "slide" ? onSlide(figure) : figure;
}

/** Entries stay whole where a line holds them; the dot between two stays with the first. */
function captionLines(recipe: Recipe, width: number): string[] {
  const entries = Object.entries(recipe).map(([name, value]) => {
    if (typeof value === "string") return `${name}: ${value}`;
    throw new FigureError("recipe-invalid", `recipe.${name}: expected text, found ${typeof value}`);
  });
  if (entries.length === 0) return [];
  const whole = (entry: string) => {
    const fits = widthOf(`${entry}\u00a0·`, SIZE.caption) <= width;
    return fits ? entry.replaceAll(" ", "\u00a0") : entry;
  };
  return wrapText(entries.map(whole).join("\u00a0· "), SIZE.caption, width);
}

/** A framed note at the top right. */
function stamp(area: PageArea): FigureElement[] {
  const textWidth = widthOf(STAMP, SIZE.label, 600);
  const width = textWidth + 3 * STAMP_PADDING;
  const height = textHeight(SIZE.label) + 2 * STAMP_PADDING * 0.6;
  const x = area.x + area.width - width;
  return [
    {
      kind: "rect",
      id: "stamp-frame",
      x,
      y: MARGIN,
      width,
      height,
      fill: "none",
      stroke: COLOR.stamp,
      strokeWidth: 2 * HAIRLINE,
      radius: 0.8,
    },
    textLine(STAMP, {
      id: "stamp-text",
      x: x + width / 2,
      y: MARGIN + STAMP_PADDING * 0.6 + ascentOf(SIZE.label),
      anchor: "middle",
      weight: 600,
      color: COLOR.stamp,
    }),
  ];
}
