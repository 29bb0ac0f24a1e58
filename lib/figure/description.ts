import type { Grid, RgbImage } from "../arrays";
import type { ColorMapName, ValueRange } from "./colorMaps";
import type { Interactive } from "./html/interactive";
import type { ThemeName } from "./theme";

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
  /** Name of the part of the figure that it belongs to: elements in a row with the same one are a group in an editor. */
  readonly group?: string;
}

/** A piece of a line of text. */
export interface TextRun {
  readonly text: string;
  /** `"sub"` sets it as a subscript. */
  readonly script?: "sub";
  /**
   * `"tabular"` sets digits of one width, for numbers: the typeface moves its other digits so near to a decimal point
   * that 7.1 reads as 71.
   */
  readonly digits?: "tabular";
}

/** One line of text; colours, here and below, are roles of the theme (`COLOR`) or written as `#rrggbb`. */
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

/** Connected straight lines, drawn with round joins and ends; stroke width in points. */
export interface PathElement extends Named {
  readonly kind: "path";
  /** One list of x, y, x, y ... per line, mm; at least two points each. */
  readonly lines: readonly (readonly number[])[];
  readonly color: string;
  readonly strokeWidth: number;
  /** 0 (invisible) to 1. */
  readonly opacity: number;
}

/** A rectangle; `fill` and `stroke` may be `"none"`, stroke width in points, corner radius in mm. */
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
  /** 0 (invisible) to 1 (default; covers what lies below). */
  readonly opacity?: number;
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
  /** Space between tiles, mm. */
  readonly gap: number;
  /** Colour of that space; default the page's. */
  readonly gapColor?: string;
}

/** Elements made of pixels. */
export type RasterElement = PhotoElement | HeatMapElement | MosaicElement;

/** Elements made of outlines; writers may draw all of them above all rasters. */
export type VectorElement = TextElement | LineElement | PathElement | RectElement | CircleElement;

/** Anything on a page. */
export type FigureElement = RasterElement | VectorElement;

/** A page: what is drawn where, in values and millimetres, for any writer to turn into a file. */
export interface Figure {
  readonly title: string;
  /** Page size, mm. */
  readonly width: number;
  readonly height: number;
  /** In painting order; a writer may draw all rasters before all outlines. */
  readonly elements: readonly FigureElement[];
  readonly recipe: Recipe;
  /** What the roles of colours look like; default `"light"`. */
  readonly theme?: ThemeName;
  /** What answers to mouse and keyboard in an HTML file; other formats leave it out. */
  readonly interactive?: Interactive;
}

/** Whether an element is made of pixels. */
export function isRaster(element: FigureElement): element is RasterElement {
  return element.kind === "photo" || element.kind === "heatmap" || element.kind === "mosaic";
}

/** How far a raster covers what lies below it: 0 (not at all) to 1. */
export function opacityOf(element: RasterElement): number {
  return element.kind === "mosaic" ? 1 : (element.opacity ?? 1);
}

/** Elements as one part of a figure, by which they are found in an editor. */
export function grouped<T extends FigureElement>(group: string, elements: readonly T[]): T[] {
  return elements.map((element) => ({ ...element, group }));
}
