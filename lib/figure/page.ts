import { FigureError } from "../errors";
import { checkNumber } from "./checks";
import type { Figure, FigureElement, Recipe } from "./description";
import { ascentOf, COLOR, GAP, HAIRLINE, MARGIN, PAGE_WIDTH, PAGE_WIDTH_LIMITS, SIZE, textHeight } from "./style";
import { checkText, linesHeight, textLine, textLines, widthOf, wrapText } from "./textLayout";

/** What every figure can be told. */
export interface PageOptions {
  /** Page width in mm, 60..1000; default 174 (a double column; 84 is a single one). Everything but text scales to it. */
  readonly width?: number;
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
}

/** Text of the stamp. */
const STAMP = "untrained weights";

/** White space between the stamp's text and its frame, mm. */
const STAMP_PADDING = 1;

/**
 * Where a figure's own elements go: inside the margins, below the stamp if there is one.
 *
 * @throws FigureError `option-invalid` for a width outside 60..1000 mm
 */
export function openPage(options: PageOptions): PageArea {
  const { min, max } = PAGE_WIDTH_LIMITS;
  const width = checkNumber("width", options.width ?? PAGE_WIDTH.double, min, max);
  const stampHeight = options.untrained ? textHeight(SIZE.label) + 2 * STAMP_PADDING + GAP.text : 0;
  return { x: MARGIN, y: MARGIN + stampHeight, width: width - 2 * MARGIN };
}

/**
 * Completes a page: stamp above, caption below.
 *
 * @param defaultTitle title unless the options give one
 * @param area what `openPage` returned for the same options
 * @param elements the figure's own elements, in painting order
 * @param bottom lower end of these elements, mm
 * @param options width, recipe, stamp, title
 * @throws FigureError `recipe-invalid` for a recipe entry that is not text; `character-missing` for the title
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
  const caption = textLines(lines, place);
  const end = lines.length > 0 ? top + linesHeight(lines.length, SIZE.caption) : bottom;
  return {
    title: checkText("title", options.title ?? defaultTitle),
    width: area.width + 2 * MARGIN,
    height: end + MARGIN,
    elements: [...elements, ...(options.untrained ? stamp(area) : []), ...caption],
    recipe,
  };
}

/** Entries stay whole where a line holds them; the dot between two stays with the first. */
function captionLines(recipe: Recipe, width: number): string[] {
  const entries = Object.entries(recipe).map(([name, value]) => {
    if (typeof value === "string") return `${name}: ${value}`;
    throw new FigureError("recipe-invalid", `recipe.${name}: expected text, found ${typeof value}`);
  });
  if (entries.length === 0) return [];
  return wrapText(entries.join("\u00a0· "), SIZE.caption, width);
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
      id: "stamp",
      x: x + width / 2,
      y: MARGIN + STAMP_PADDING * 0.6 + ascentOf(SIZE.label),
      anchor: "middle",
      weight: 600,
      color: COLOR.stamp,
    }),
  ];
}
