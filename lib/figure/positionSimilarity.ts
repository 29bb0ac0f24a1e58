// Axis letters: P patches of the grid, h rows and w columns of it, r and c tiles shown.
import type { NdArray } from "../arrays";
import { FigureError } from "../errors";
import { checkNumber, checkSides, finiteRange } from "./checks";
import { type Block, colorBar } from "./colorBar";
import { type ColorMapName, checkRange, colorTable } from "./colorMaps";
import { type Figure, type FigureElement, grouped, type MosaicElement, type TextElement } from "./description";
import { closePage, openPage, type PageArea, type PageOptions } from "./page";
import { ascentOf, CAP_HEIGHT, COLOR, GAP, lineHeight, MM_PER_POINT, SIZE, textHeight } from "./style";
import { checkText, textLine, widthOf } from "./textLayout";

/** Options of {@link positionSimilarityFigure}. */
export interface PositionSimilarityOptions extends PageOptions {
  /** Shows each n-th tile in both directions, centred on the grid; default 1, every tile. */
  readonly every?: number;
  /**
   * `"tile"` (default): colours stretched over each tile's own range, as in the authors' script. `"shared"`: one range
   * over all tiles shown. Or the range itself.
   */
  readonly range?: "tile" | "shared" | readonly [min: number, max: number];
  /** Default `viridis`, as in the authors' script. */
  readonly colorMap?: ColorMapName;
  /** What the values are, beside the colour bar; default "Cosine similarity". */
  readonly valueLabel?: string;
}

/** Tallest panel, relative to the page's inner width; narrow grids become narrower than the page instead. */
const MAX_ASPECT = 1.3;

const Y_LABEL = "Input patch row";
const X_LABEL = "Input patch column";

/**
 * Figure 1: similarity of position embeddings, a table of maps.
 *
 * Tile (row, column) shows the similarity of the position embedding of that patch with those of all patches.
 *
 * @param similarity [P, P], row-major; row `row * width + col` belongs to the patch (row, col); no CLS token
 * @param grid height and width of the patch grid, P = height * width
 * @param options see {@link PositionSimilarityOptions}
 * @returns the description
 * @throws FigureError when the array does not fit the grid, or an option is out of range
 *
 * Source: SETR supplement, Figure 1; colours and ranges from the authors' script vis_setr.
 */
export function positionSimilarityFigure(
  similarity: Float32Array | NdArray,
  grid: { readonly height: number; readonly width: number },
  options: PositionSimilarityOptions = {},
): Figure {
  checkSides("grid", grid);
  const values = checkSimilarity(similarity, grid.height * grid.width);
  const every = checkNumber("every", options.every ?? 1, 1, Math.max(grid.height, grid.width), true);
  const shown = { rows: shownIndices(grid.height, every), cols: shownIndices(grid.width, every) };
  const tiles = pickTiles(values, grid, shown); // [r, c, h, w]
  const { range = "tile", colorMap = "viridis" } = options;
  colorTable(colorMap);
  const scale = range === "tile" ? range : range === "shared" ? finiteRange("similarity", tiles) : checkRange(range);
  const area = openPage(options);
  const panel = mosaic(tiles, grid, shown, { scale, colorMap }, area);
  const axes = axisLabels(panel, shown, area);
  const name = checkText("valueLabel", options.valueLabel ?? "Cosine similarity");
  const label = scale === "tile" ? `${name}, each tile in its own range` : name;
  const barArea = { ...area, x: panel.x, width: area.width - (panel.x - area.x), y: axes.bottom + GAP.block };
  const bar = colorBar(label, scale === "tile" ? "own" : scale, colorMap, barArea);
  const table: FigureElement[] = [panel, ...axes.elements];
  const elements = [...grouped("tiles", table), ...bar.elements];
  return closePage("Similarity of position embeddings", area, elements, bar.bottom, options);
}

interface Shown {
  readonly rows: readonly number[];
  readonly cols: readonly number[];
}

/** Each n-th index of a side, with the remainder split between both ends. */
function shownIndices(length: number, every: number): number[] {
  const count = Math.floor((length - 1) / every) + 1;
  const start = Math.floor((length - 1 - (count - 1) * every) / 2);
  return Array.from({ length: count }, (_, i) => start + i * every);
}

function checkSimilarity(similarity: Float32Array | NdArray, patches: number): Float32Array {
  const hasShape = "shape" in similarity;
  const values = hasShape ? similarity.data : similarity;
  const shape = hasShape ? similarity.shape : [values.length];
  const fits = !hasShape || (shape.length === 2 && shape.every((side) => side === patches));
  if (fits && values.length === patches * patches) return values;
  throw new FigureError(
    "similarity-invalid",
    `similarity: expected [${patches}, ${patches}] for a grid of ${patches} patches, found [${shape.join(", ")}]`,
  );
}

function pickTiles(values: Float32Array, grid: { readonly width: number }, shown: Shown): Float32Array {
  const patches = Math.sqrt(values.length);
  if (shown.rows.length * shown.cols.length === patches) return values;
  const tiles = new Float32Array(shown.rows.length * shown.cols.length * patches);
  let at = 0;
  for (const row of shown.rows) {
    for (const col of shown.cols) {
      const from = (row * grid.width + col) * patches;
      tiles.set(values.subarray(from, from + patches), at);
      at += patches;
    }
  }
  return tiles;
}

/** The table, as wide as the page allows beside the row numbers, cells square. */
function mosaic(
  values: Float32Array,
  grid: { readonly height: number; readonly width: number },
  shown: Shown,
  style: { readonly scale: MosaicElement["range"]; readonly colorMap: ColorMapName },
  area: PageArea,
): MosaicElement {
  const gutter = gutterWidth(shown);
  const [rows, cols] = [shown.rows.length, shown.cols.length];
  // A gap is a fixed share of a tile's width.
  const share = 0.06;
  const unitWidth = cols + (cols - 1) * share;
  const unitHeight = (rows * grid.height) / grid.width + (rows - 1) * share;
  const tallest = Math.min(area.width * MAX_ASPECT, area.maxPanel ?? Number.POSITIVE_INFINITY);
  const tileWidth = Math.min((area.width - gutter) / unitWidth, tallest / unitHeight);
  const height = tileWidth * unitHeight;
  const spare = area.maxPanel === undefined ? 0 : area.width - gutter - tileWidth * unitWidth;
  const labelRoom = Math.max(0, widthOf(Y_LABEL, SIZE.label) - height);
  return {
    kind: "mosaic",
    id: "similarity",
    x: area.x + gutter + spare / 2,
    y: area.y + labelRoom / 2,
    width: tileWidth * unitWidth,
    height,
    rows,
    cols,
    tileHeight: grid.height,
    tileWidth: grid.width,
    values,
    range: style.scale,
    colorMap: style.colorMap,
    gap: tileWidth * share,
  };
}

/** Room for the name and the numbers of the rows. */
function gutterWidth({ rows }: Shown): number {
  return textHeight(SIZE.label) + GAP.text + tickWidth(rows) + GAP.text;
}

/** Row and column numbers, and the names of both axes. */
function axisLabels(panel: MosaicElement, shown: Shown, area: PageArea): Block {
  const tickTop = panel.y + panel.height + 0.8 * GAP.text;
  const nameTop = tickTop + lineHeight(SIZE.tick);
  const nameX = Math.max(panel.x + panel.width / 2, area.x + widthOf(X_LABEL, SIZE.label) / 2);
  const nameY = panel.y + panel.height / 2;
  const left = panel.x - gutterWidth(shown);
  const name = { anchor: "middle" } as const;
  const names = [
    textLine(X_LABEL, { id: "x-label", x: nameX, y: nameTop + ascentOf(SIZE.label), ...name }),
    textLine(Y_LABEL, { id: "y-label", x: left + ascentOf(SIZE.label), y: nameY, rotation: -90, ...name }),
  ];
  const elements = [...columnNumbers(panel, shown.cols, tickTop), ...rowNumbers(panel, shown.rows), ...names];
  const labelEnd = nameY + widthOf(Y_LABEL, SIZE.label) / 2;
  return { elements, bottom: Math.max(nameTop + textHeight(SIZE.label), labelEnd) };
}

/** Numbers of the columns shown, centred below their tiles, as many as fit. */
function columnNumbers(panel: MosaicElement, cols: readonly number[], top: number): TextElement[] {
  const pitch = (panel.width + panel.gap) / panel.cols;
  const style = { y: top + ascentOf(SIZE.tick), anchor: "middle", size: SIZE.tick, color: COLOR.tick } as const;
  return spaced(cols.length, pitch, tickWidth(cols) + GAP.text).map((i) => {
    const x = panel.x + i * pitch + (pitch - panel.gap) / 2;
    return textLine(`${cols[i]}`, { id: `column-${cols[i]}`, x, ...style });
  });
}

/** Numbers of the rows shown, left of the middle of their tiles, as many as fit. */
function rowNumbers(panel: MosaicElement, rows: readonly number[]): TextElement[] {
  const pitch = (panel.height + panel.gap) / panel.rows;
  const style = { x: panel.x - GAP.text, anchor: "end", size: SIZE.tick, color: COLOR.tick } as const;
  return spaced(rows.length, pitch, lineHeight(SIZE.tick)).map((i) => {
    const y = panel.y + i * pitch + (pitch - panel.gap + CAP_HEIGHT * SIZE.tick * MM_PER_POINT) / 2;
    return textLine(`${rows[i]}`, { id: `row-${rows[i]}`, y, ...style });
  });
}

/** Width of the widest number, mm. */
function tickWidth(indices: readonly number[]): number {
  return widthOf("0".repeat(`${Math.max(...indices)}`.length), SIZE.tick);
}

/** Indices to label so that labels of this extent stay apart: every 1st, 2nd, 5th, 10th ... */
function spaced(count: number, pitch: number, extent: number): number[] {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
  const step = steps.find((candidate) => candidate * pitch >= extent) ?? count;
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}
