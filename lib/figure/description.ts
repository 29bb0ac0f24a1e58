import type { Grid, RgbImage } from "../arrays";
import type { ColorMapName, ValueRange } from "./colorMaps";

export type { ValueRange };

/**
 * How a figure came about, in reading order: shown as its caption and written into the files.
 *
 * By custom `figure`, `method`, `weights` (name and short sha256), `photo` and `software` (name and version), and
 * whatever else a reader needs to make the figure again. Values may hold any Unicode text, such as a file name.
 */
export type Recipe = Readonly<Record<string, string>>;

/** `"smooth"` interpolates the values linearly between cell centres; `"nearest"` draws every cell as a flat rectangle. */
export type Interpolation = "smooth" | "nearest";

/** A box on the page; millimetres from the top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Named {
  /** Name of the element in an SVG editor; the writer makes it valid and unique. */
  readonly id?: string;
}

/** A piece of a line of text; `"sub"` sets it as a subscript. */
export interface TextRun {
  readonly text: string;
  readonly script?: "sub";
}

/** One line of text. */
export interface TextElement extends Named {
  readonly kind: "text";
  /** Anchor on the baseline, mm. */
  readonly x: number;
  readonly y: number;
  readonly runs: readonly TextRun[];
  /** Size in points. */
  readonly size: number;
  readonly weight: 400 | 600;
  readonly anchor: "start" | "middle" | "end";
  /** Degrees about the anchor; -90 reads upwards. */
  readonly rotation: 0 | -90;
  readonly color: string;
}

/** A straight line; stroke width in points. */
export interface LineElement extends Named {
  readonly kind: "line";
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly color: string;
  readonly strokeWidth: number;
}

/** A rectangle; `fill` and `stroke` are CSS colours or `"none"`, stroke width in points, corner radius in mm. */
export interface RectElement extends Named, Box {
  readonly kind: "rect";
  readonly fill: string;
  readonly stroke: string;
  readonly strokeWidth: number;
  readonly radius: number;
}

/** A circle about (x, y); radius in mm, stroke width in points. */
export interface CircleElement extends Named {
  readonly kind: "circle";
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly fill: string;
  readonly stroke: string;
  readonly strokeWidth: number;
}

/** A picture stretched over its box. */
export interface PhotoElement extends Named, Box {
  readonly kind: "photo";
  readonly image: RgbImage;
  readonly interpolation: Interpolation;
}

/** A map of values, coloured when it is drawn. */
export interface HeatMapElement extends Named, Box {
  readonly kind: "heatmap";
  readonly values: Grid;
  readonly range: ValueRange;
  readonly colorMap: ColorMapName;
  readonly interpolation: Interpolation;
  /** 0 (invisible) to 1 (covers what lies below). */
  readonly opacity: number;
}

/** A table of equally sized heat maps, drawn cell by cell (`"nearest"`). */
export interface MosaicElement extends Named, Box {
  readonly kind: "mosaic";
  /** Tiles from top to bottom, and from left to right. */
  readonly rows: number;
  readonly cols: number;
  readonly tileHeight: number;
  readonly tileWidth: number;
  /** [rows, cols, tileHeight, tileWidth], row-major. */
  readonly values: Float32Array;
  /** `"tile"` stretches the colours over every tile's own lowest and highest value. */
  readonly range: "tile" | ValueRange;
  readonly colorMap: ColorMapName;
  /** White space between tiles, mm. */
  readonly gap: number;
}

/** Elements made of pixels. */
export type RasterElement = PhotoElement | HeatMapElement | MosaicElement;

/** Elements made of outlines; writers may draw all of them above all rasters. */
export type VectorElement = TextElement | LineElement | RectElement | CircleElement;

/** Anything on a page. */
export type FigureElement = RasterElement | VectorElement;

/** A page: what is drawn where, in values and millimetres, for any writer to turn into a file. */
export interface Figure {
  readonly title: string;
  /** Page size, mm. */
  readonly width: number;
  readonly height: number;
  /** In painting order, rasters before outlines. */
  readonly elements: readonly FigureElement[];
  readonly recipe: Recipe;
}

/** Whether an element is made of pixels. */
export function isRaster(element: FigureElement): element is RasterElement {
  return element.kind === "photo" || element.kind === "heatmap" || element.kind === "mosaic";
}
