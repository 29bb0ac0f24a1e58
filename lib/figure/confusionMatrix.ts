// K classes, n of them shown
import { FigureError } from "../errors";
import { checkNumber } from "./checks";
import { colorBar } from "./colorBar";
import { type ColorMapName, colorTable } from "./colorMaps";
import { type Box, type Figure, type FigureElement, grouped, type HeatMapElement } from "./description";
import { noteBlock } from "./note";
import { closePage, openPage, type PageArea, type PageOptions } from "./page";
import { ascentOf, CAP_HEIGHT, COLOR, GAP, lineHeight, MM_PER_POINT, SIZE, textHeight } from "./style";
import { checkText, textLine, widthOf } from "./textLayout";

/** Options of {@link confusionMatrixFigure}. */
export interface ConfusionMatrixOptions extends PageOptions {
  /** Names of all classes by number; "class 7" without. */
  readonly classNames?: readonly string[];
  /** Shows the classes with most labelled pixels, at most so many, and says so; default all that occur. */
  readonly limit?: number;
  /** Default `Blues`. */
  readonly colorMap?: ColorMapName;
  /** Said below the colour bar. */
  readonly note?: string;
}

/** Counts of pixels by label and found class. */
export interface ConfusionCounts {
  readonly classes: number;
  /** [K, K], row-major; row = label, column = found. */
  readonly counts: ArrayLike<number>;
}

/** Widest names of rows, and tallest of columns, relative to the width of the page; wider ones become numbers. */
const LONG_NAME = 0.3;

/** Largest cell, mm. */
const MAX_CELL = 12;

const ROWS = "Label";
const COLUMNS = "Found";

/** What is drawn where: names or numbers of classes, and the box of the cells. */
interface Layout {
  readonly texts: readonly string[];
  readonly areNames: boolean;
  readonly box: Box;
  readonly pitch: number;
}

/**
 * Where the pixels of each label are found: a table of flat cells, a row for each label, coloured by the share of the
 * label's pixels. Rows of classes that no label has are grey.
 *
 * @param confusion counts, e.g. a `ConfusionMatrix`
 * @param options see {@link ConfusionMatrixOptions}
 * @returns the description
 * @throws FigureError `counts-invalid`, `counts-empty`, `option-invalid`, `color-map-unknown`, `character-missing`
 */
export function confusionMatrixFigure(confusion: ConfusionCounts, options: ConfusionMatrixOptions = {}): Figure {
  const { classNames, colorMap = "Blues" } = options;
  checkCounts(confusion, classNames);
  colorTable(colorMap);
  const occurring = occurringClasses(confusion);
  const limit = checkNumber("limit", options.limit ?? occurring.length, 1, Number.MAX_SAFE_INTEGER, true);
  const shown = mostLabelled(confusion, occurring, limit);
  const names = shown.map((k) => checkText(`class ${k}`, classNames?.[k] ?? `class ${k}`));
  const area = openPage(options);
  const layout = layoutFor(names, shown, area);
  const { box } = layout;
  const table = grouped("matrix", [
    cellsOf(confusion, shown, box, colorMap),
    ...classTexts(layout),
    ...axisNames(layout, area),
  ]);
  const bar = colorBar("Share of the label's pixels", [0, 1], colorMap, { ...area, y: box.y + box.height + GAP.block });
  const notes = [
    ...(shown.length < occurring.length ? [`${shown.length} of ${occurring.length} classes are shown.`] : []),
    ...(layout.areNames ? [] : ["Numbers are those of the classes."]),
    ...(options.note ? [options.note] : []),
  ];
  const note = noteBlock(notes.join(" "), bar.bottom, area);
  return closePage("Confusion of classes", area, [...table, ...bar.elements, ...note.elements], note.bottom, options);
}

function checkCounts({ classes, counts }: ConfusionCounts, names: readonly string[] | undefined): void {
  if (counts.length !== classes * classes || classes < 1) {
    const expected = `${classes}x${classes} counts`;
    throw new FigureError("counts-invalid", `confusion: expected ${expected}, found ${counts.length}`);
  }
  if (names && names.length !== classes) {
    throw new FigureError("counts-invalid", `classNames: expected ${classes}, found ${names.length}`);
  }
  const wrong = Array.from(counts).find((count) => !(count >= 0 && count < Number.POSITIVE_INFINITY));
  if (wrong === undefined) return;
  throw new FigureError("counts-invalid", `confusion: expected counts of at least 0, found ${wrong}`);
}

/** Classes that are the label or the finding of some pixel. */
function occurringClasses({ classes, counts }: ConfusionCounts): number[] {
  const all = Array.from({ length: classes }, (_, k) => k);
  const occurring = all.filter((k) => all.some((j) => counts[k * classes + j] > 0 || counts[j * classes + k] > 0));
  if (occurring.length > 0) return occurring;
  throw new FigureError("counts-empty", "confusion: expected at least one counted pixel, found none");
}

/** The classes with most labelled pixels, in the order of their numbers. */
function mostLabelled(confusion: ConfusionCounts, classes: readonly number[], limit: number): number[] {
  const pixels = new Map(classes.map((k) => [k, labelled(confusion, k)]));
  const sorted = classes.toSorted((one, other) => pixels.get(other)! - pixels.get(one)! || one - other);
  return sorted.slice(0, limit).sort((one, other) => one - other);
}

function labelled({ classes, counts }: ConfusionCounts, label: number): number {
  let sum = 0;
  for (let found = 0; found < classes; found++) sum += counts[label * classes + found];
  return sum;
}

/** Shares of all pixels of each label, those found as a class that is not shown included; no number without pixels. */
function shares(confusion: ConfusionCounts, shown: readonly number[]): Float32Array {
  const rows = shown.map((label) => {
    const total = labelled(confusion, label);
    return shown.map((found) => confusion.counts[label * confusion.classes + found] / total);
  });
  return Float32Array.from(rows.flat());
}

/** Flat cells, coloured by their shares. */
function cellsOf(
  confusion: ConfusionCounts,
  shown: readonly number[],
  box: Box,
  colorMap: ColorMapName,
): HeatMapElement {
  return {
    kind: "heatmap",
    id: "confusion",
    ...box,
    range: [0, 1],
    colorMap,
    interpolation: "nearest",
    opacity: 1,
    values: { height: shown.length, width: shown.length, data: shares(confusion, shown) },
  };
}

/** Names where they fit beside the cells, else numbers; cells as large as the page allows. */
function layoutFor(names: readonly string[], shown: readonly number[], area: PageArea): Layout {
  const count = shown.length;
  const placed = (texts: readonly string[], areNames: boolean): Layout => {
    const longest = Math.max(...texts.map((text) => widthOf(text, SIZE.tick)));
    const axis = lineHeight(SIZE.label) + GAP.text;
    const left = axis + longest + GAP.text;
    const top = axis + (areNames ? longest : textHeight(SIZE.tick)) + GAP.text;
    const tallest = area.maxPanel === undefined ? area.width : area.maxPanel - top;
    const pitch = Math.min(MAX_CELL, (area.width - left) / count, tallest / count);
    const box = { x: area.x + left, y: area.y + top, width: count * pitch, height: count * pitch };
    return { texts, areNames, box, pitch };
  };
  const named = placed(names, true);
  const widest = Math.max(...names.map((name) => widthOf(name, SIZE.tick)));
  if (named.pitch >= lineHeight(SIZE.tick) && widest <= LONG_NAME * area.width) return named;
  return placed(shown.map(String), false);
}

/** Classes left of their rows and above their columns; of numbers as many as fit. */
function classTexts({ texts, areNames, box, pitch }: Layout): FigureElement[] {
  const style = { size: SIZE.tick, color: COLOR.tick } as const;
  const capital = CAP_HEIGHT * SIZE.tick * MM_PER_POINT;
  const extent = Math.max(
    lineHeight(SIZE.tick),
    ...(areNames ? [] : texts.map((text) => widthOf(text, SIZE.tick) + 1)),
  );
  const step = Math.max(1, Math.ceil(extent / pitch - 1e-9));
  return texts.flatMap((text, i) => {
    if (!areNames && i % step !== 0) return [];
    const middle = (i + 0.5) * pitch;
    const y = box.y - GAP.text;
    const row = textLine(text, {
      id: `row-${i + 1}`,
      x: box.x - GAP.text,
      y: box.y + middle + capital / 2,
      anchor: "end",
      ...style,
    });
    const column = areNames
      ? textLine(text, { id: `column-${i + 1}`, x: box.x + middle + capital / 2, y, rotation: -90, ...style })
      : textLine(text, { id: `column-${i + 1}`, x: box.x + middle, y, anchor: "middle", ...style });
    return [row, column];
  });
}

function axisNames({ box }: Layout, area: PageArea): FigureElement[] {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const half = { row: widthOf(ROWS, SIZE.label) / 2, column: widthOf(COLUMNS, SIZE.label) / 2 };
  return [
    textLine(COLUMNS, {
      id: "x-label",
      x: Math.max(x, box.x + half.column),
      y: area.y + ascentOf(SIZE.label),
      anchor: "middle",
    }),
    textLine(ROWS, {
      id: "y-label",
      x: area.x + ascentOf(SIZE.label),
      y: Math.max(y, box.y + half.row),
      rotation: -90,
      anchor: "middle",
    }),
  ];
}
