import { FigureError } from "../errors";
import { checkColor, checkNumber } from "./checks";
import { checkRange } from "./colorMaps";
import { type Figure, type FigureElement, grouped, type ValueRange } from "./description";
import { drawPanel, type LinePanel, panelHeader } from "./linePanel";
import { noteBlock } from "./note";
import { closePage, openPage, type PageArea, type PageOptions } from "./page";
import { GAP } from "./style";
import { checkText } from "./textLayout";

/** What {@link lineChartFigure} shows. */
export interface LineChart {
  /** In reading order; with two or more, their titles begin with (a), (b) and so on. */
  readonly panels: readonly LinePanel[];
}

/** Options of {@link lineChartFigure}. */
export interface LineChartOptions extends PageOptions {
  /** Panels side by side, each at least 25 mm wide; by default as many as are 45 mm wide, or 37 on a slide. */
  readonly panelsPerRow?: number;
  /** Height of the plots in mm, 10..500; default 0.62 of the width of a panel, but at most 60. */
  readonly plotHeight?: number;
  /** Said below the panels. */
  readonly note?: string;
}

/** Narrowest panel by default, and where the options say how many stand side by side, mm. */
const MIN_PANEL = { default: 45, slide: 37, asked: 25 } as const;

/** Distance between panels, mm. */
const PANEL_GAP = 5;

/**
 * One or more panels of lines, each with its axes and legend.
 *
 * @param chart panels and their lines; points that are not finite are gaps
 * @param options see {@link LineChartOptions}
 * @returns the description
 * @throws FigureError `panels-empty`, `option-invalid`, `range-invalid`, `value-outside` for a value of zero or less on a
 *   log scale, `color-invalid`, `character-missing`
 */
export function lineChartFigure(chart: LineChart, options: LineChartOptions = {}): Figure {
  const { panels } = chart;
  if (panels.length === 0) throw new FigureError("panels-empty", "panels: expected at least one, found none");
  panels.forEach(checkPanel);
  const area = openPage(options);
  const most = (width: number) => Math.max(1, Math.floor((area.width + PANEL_GAP) / (width + PANEL_GAP)));
  const asked = options.panelsPerRow ?? most(area.maxPanel === undefined ? MIN_PANEL.default : MIN_PANEL.slide);
  checkNumber("panelsPerRow", asked, 1, most(MIN_PANEL.asked), true);
  const perRow = Math.min(asked, panels.length);
  const width = (area.width - (perRow - 1) * PANEL_GAP) / perRow;
  const height = checkNumber(
    "plotHeight",
    options.plotHeight ?? Math.min(60, 0.62 * width, area.maxPanel ?? 60),
    10,
    500,
  );
  const elements: FigureElement[] = [];
  let y = area.y;
  for (let first = 0; first < panels.length; first += perRow) {
    const row = panels.slice(first, first + perRow).map((panel, i) => ({
      panel: panels.length > 1 ? { ...panel, title: `(${letter(first + i)}) ${panel.title}` } : panel,
      number: first + i + 1,
      area: { x: area.x + i * (width + PANEL_GAP), y, width },
    }));
    const block = panelRow(row, height);
    elements.push(...block.elements);
    y = block.bottom + GAP.block;
  }
  const note = noteBlock(options.note, y - GAP.block, area);
  return closePage("Lines", area, [...elements, ...note.elements], note.bottom, options);
}

/** a to z, and then aa, ab ... */
function letter(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last;
}

interface PlacedPanel {
  readonly panel: LinePanel;
  readonly number: number;
  readonly area: PageArea;
}

/** Panels side by side, their plots at the same height. */
function panelRow(row: readonly PlacedPanel[], height: number): { elements: FigureElement[]; bottom: number } {
  const headers = row.map(({ panel, number, area }) => panelHeader(panel, number, area));
  const y = Math.max(...headers.map(({ bottom }) => bottom)) + 0.5 * GAP.text;
  const plots = row.map(({ panel, number, area }) => drawPanel(panel, number, { ...area, y }, height));
  const elements = row.flatMap(({ number }, i) =>
    grouped(`panel-${number}`, [...headers[i].elements, ...plots[i].elements]),
  );
  return { elements, bottom: Math.max(...plots.map(({ bottom }) => bottom)) };
}

function checkPanel(panel: LinePanel, index: number): void {
  const subject = `panel ${index + 1}`;
  for (const text of [panel.title, panel.xLabel, panel.yLabel]) checkText(subject, text);
  if (panel.xRange) checkSpan(subject, panel.xRange);
  if (panel.yRange) checkSpan(subject, panel.yRange);
  for (const { name, color, points } of panel.series) {
    checkText(subject, name);
    if (color !== undefined) checkColor(`${subject}, ${name}`, color);
    if (panel.yScale === "log")
      checkLog(
        `${subject}, ${name}`,
        points.map(([, y]) => y),
      );
  }
  if (panel.yScale === "log") checkLog(`${subject}, yRange`, panel.yRange ?? []);
}

function checkSpan(subject: string, range: ValueRange): void {
  const [min, max] = checkRange(range);
  if (min < max) return;
  throw new FigureError("range-invalid", `${subject}: expected a range with min < max, found [${min}, ${max}]`);
}

function checkLog(subject: string, values: readonly number[]): void {
  const found = values.find((value) => value <= 0);
  if (found === undefined) return;
  throw new FigureError("value-outside", `${subject}: expected values above 0 on a log scale, found ${found}`);
}
