import type { Block } from "./colorBar";
import { type FigureElement, grouped } from "./description";
import type { PageArea } from "./page";
import { ascentOf, CAP_HEIGHT, COLOR, GAP, HAIRLINE, lineHeight, MM_PER_POINT, SIZE } from "./style";
import { numberLine, numberWidth, textLines, widthOf, wrapText } from "./textLayout";

/** A class in a legend. */
export interface LegendEntry {
  readonly id: string;
  readonly name: string;
  /** `#rrggbb`. */
  readonly color: string;
  /** Values behind the name, one per column; every entry has as many. */
  readonly values: readonly string[];
}

/** Side of a square, mm. */
const SWATCH = 2.4;

/** Distance between columns of entries, mm. */
const COLUMN_GAP = 6;

/** Names longer than this share of the width, and than this many mm, are set in several lines. */
const LONG_NAME = { share: 0.3, mm: 30 } as const;

/** Distance from the top of a line of text to the top of a square beside it. */
const SWATCH_DROP = ascentOf(SIZE.label) - (CAP_HEIGHT * SIZE.label * MM_PER_POINT + SWATCH) / 2;

interface Columns {
  readonly count: number;
  readonly nameWidth: number;
  /** Width of each value. */
  readonly valueWidths: readonly number[];
  /** Width of an entry. */
  readonly width: number;
}

/** A square, a name and its values per class, down the first column and then down the next. */
export function classLegend(entries: readonly LegendEntry[], area: PageArea): Block {
  const columns = columnsFor(entries, area.width);
  const perColumn = Math.ceil(entries.length / columns.count);
  const elements: FigureElement[] = [];
  let bottom = area.y;
  for (let first = 0; first < entries.length; first += perColumn) {
    const x = area.x + (first / perColumn) * (columns.width + COLUMN_GAP);
    let y = area.y;
    for (const entry of entries.slice(first, first + perColumn)) {
      const block = drawEntry(entry, { x, y, width: columns.width }, columns);
      elements.push(...block.elements);
      y = block.bottom;
    }
    bottom = Math.max(bottom, y);
  }
  return { elements: grouped("legend", elements), bottom };
}

function columnsFor(entries: readonly LegendEntry[], width: number): Columns {
  const values = entries[0]?.values ?? [];
  const valueWidths = values.map((_, i) =>
    Math.max(...entries.map((entry) => numberWidth(entry.values[i], SIZE.label))),
  );
  const fixed = SWATCH + GAP.text + valueWidths.reduce((sum, value) => sum + value + 2 * GAP.text, 0);
  const longest = Math.max(...entries.map(({ name }) => widthOf(name, SIZE.label)));
  const nameWidth = Math.min(longest, Math.max(LONG_NAME.share * width, LONG_NAME.mm), width - fixed);
  const column = fixed + nameWidth;
  const count = Math.min(entries.length, Math.max(1, Math.floor((width + COLUMN_GAP) / (column + COLUMN_GAP))));
  return { count, nameWidth, valueWidths, width: column };
}

function drawEntry({ id, name, color, values }: LegendEntry, at: PageArea, columns: Columns): Block {
  const lines = wrapText(name, SIZE.label, columns.nameWidth + 1e-6);
  const square = { x: at.x, y: at.y + SWATCH_DROP, width: SWATCH, height: SWATCH, radius: 0.3 };
  const stroke = { stroke: COLOR.caption, strokeWidth: HAIRLINE };
  const elements: FigureElement[] = [{ kind: "rect", id: `${id}-color`, ...square, fill: color, ...stroke }];
  elements.push(...textLines(lines, { id: `${id}-name`, x: at.x + SWATCH + GAP.text, y: at.y }));
  let end = at.x + SWATCH + GAP.text + columns.nameWidth;
  values.forEach((value, i) => {
    end += 2 * GAP.text + columns.valueWidths[i];
    const place = { id: `${id}-value-${i + 1}`, x: end, y: at.y + ascentOf(SIZE.label) };
    elements.push(numberLine(value, { ...place, anchor: "end", color: COLOR.tick }));
  });
  return { elements, bottom: at.y + lines.length * lineHeight(SIZE.label) };
}
