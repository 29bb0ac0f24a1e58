// P patches of an h x w grid
import type { NdArray, Point, RgbImage } from "../../arrays";
import { FigureError } from "../../errors";
import { checkPhoto, checkSides } from "../checks";
import { type ColorMapName, colorTable } from "../colorMaps";
import { checkText } from "../textLayout";
import type { Interactive, Json } from "./interactive";
import { packedArrays, packMaps } from "./packing";

/** The maps of all points by one method. */
export interface ExplorerMap {
  /** E.g. "rollout"; entries of the same name differ in their layer. */
  readonly name: string;
  /** 1-based; left out where a method has none. */
  readonly layer?: number;
  /** [P, P], row-major; row `row * width + col` is the map of the point (row, col). */
  readonly rows: NdArray | Float32Array;
}

/** Options of the explorers of points. */
export interface PointsExplorerOptions {
  /** Default `viridis`. */
  readonly colorMap?: ColorMapName;
  /** What the values are, beside the colour bar. */
  readonly valueLabel?: string;
}

interface PatchGrid {
  readonly height: number;
  readonly width: number;
}

/** What {@link attentionExplorer} shows. */
export interface AttentionExplorerContent {
  /** What the model saw; the patch grid covers all of it. */
  readonly photo: RgbImage;
  readonly grid: PatchGrid;
  /** At least one; each takes P P bytes and a third more in the file. */
  readonly methods: readonly ExplorerMap[];
  /** The patch that is picked at first. */
  readonly point: Point;
}

/**
 * Attention of any patch: point at a patch of the picture, and its map follows.
 *
 * Values are kept to 1/255 of the range of each map, see `packMaps`.
 *
 * @param content picture, maps and first patch, e.g. with the maps of `explorerMaps`
 * @param options the value label is "Attention" by default
 * @throws FigureError `maps-empty`, `explorer-invalid`, `grid-invalid`, `photo-invalid`, `point-outside`,
 *   `color-map-unknown`, `character-missing`
 */
export function attentionExplorer(content: AttentionExplorerContent, options: PointsExplorerOptions = {}): Interactive {
  const { photo, grid, methods, point } = content;
  checkPhoto("photo", photo);
  const explorer = pointsExplorer(grid, methods, point, { valueLabel: "Attention", ...options });
  return { ...explorer, photos: { photo } };
}

/** What {@link similarityExplorer} shows. */
export interface SimilarityExplorerContent {
  /** [P, P], row-major, as for `positionSimilarityFigure`. */
  readonly similarity: NdArray | Float32Array;
  readonly grid: PatchGrid;
  /** The tile that is picked at first; the middle one by default. */
  readonly point?: Point;
}

/**
 * Figure 1 tile by tile: point at a tile, and it is enlarged with its values.
 *
 * @param content similarities of all patches
 * @param options the value label is "Cosine similarity" by default
 * @throws FigureError as `attentionExplorer`
 */
export function similarityExplorer(
  content: SimilarityExplorerContent,
  options: PointsExplorerOptions = {},
): Interactive {
  const { similarity, grid } = content;
  const middle = { row: Math.floor(grid.height / 2), col: Math.floor(grid.width / 2) };
  const methods = [{ name: "similarity", rows: similarity }];
  return pointsExplorer(grid, methods, content.point ?? middle, { valueLabel: "Cosine similarity", ...options });
}

function pointsExplorer(
  grid: PatchGrid,
  maps: readonly ExplorerMap[],
  point: Point,
  { valueLabel = "", colorMap = "viridis" }: PointsExplorerOptions,
): Interactive {
  checkSides("grid", grid);
  if (maps.length === 0) throw new FigureError("maps-empty", "maps: expected at least one, found none");
  checkPatch(point, grid);
  const patches = grid.height * grid.width;
  const packed = maps.map((map, i) =>
    packedArrays(`map-${i + 1}`, packMaps(map.name, valuesOf(map, patches), patches)),
  );
  const list = maps.map(({ name, layer }, i): Json => {
    return { name: checkText("name", name), layer: layer ?? null, values: `map-${i + 1}` };
  });
  const { height, width } = grid;
  const at = { row: point.row, col: point.col };
  return {
    kind: "points",
    data: { grid: { height, width }, maps: list, point: at, valueLabel: checkText("valueLabel", valueLabel) },
    arrays: Object.assign({ colors: colorTable(colorMap) }, ...packed),
    images: {},
    photos: {},
  };
}

function valuesOf({ name, rows }: ExplorerMap, patches: number): Float32Array {
  const values = "shape" in rows ? rows.data : rows;
  if (values.length === patches * patches) return values;
  const found = "shape" in rows ? `[${rows.shape.join(", ")}]` : `${values.length} values`;
  throw new FigureError("explorer-invalid", `${name}: expected [${patches}, ${patches}], found ${found}`);
}

function checkPatch({ row, col }: Point, { height, width }: PatchGrid): void {
  const isIn = (at: number, length: number) => Number.isInteger(at) && at >= 0 && at < length;
  if (isIn(row, height) && isIn(col, width)) return;
  const expected = `a row in 0..${height - 1} and a column in 0..${width - 1}`;
  throw new FigureError("point-outside", `point: expected ${expected}, found (${row}, ${col})`);
}
