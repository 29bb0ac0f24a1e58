import { createHash } from "node:crypto";
import sharp from "sharp";
import type { RgbImage } from "../arrays";
import type { FigureElement, MosaicElement, RasterElement } from "./description";
import { isRaster } from "./description";
import { drawRaster } from "./raster";

/** Pixels per millimetre that rasters have at the least in a document. */
export interface EmbedDensity {
  /** Of smooth rasters, which are enlarged to it, so that every viewer shows the same. */
  readonly smooth: number;
  /** Of mosaics, whose cells and gaps need not be a whole ratio. */
  readonly mosaic: number;
  /** Of flat cells: whole numbers of pixels each; 0 for one pixel. */
  readonly cells: number;
}

/** A raster as a file inside a document. */
export interface EmbeddedRaster {
  readonly png: Buffer;
  /** Whether a viewer must not smooth it. */
  readonly pixelated: boolean;
  /** How many elements show it. */
  readonly uses: number;
}

/**
 * The rasters of a page as PNG files, each once: elements with the same pixels share a file.
 *
 * No raster has fewer pixels than its data has values.
 *
 * @param elements elements with colours in place of roles; those without pixels are passed over
 * @param density pixels per millimetre
 */
export async function embedRasters(
  elements: readonly FigureElement[],
  density: EmbedDensity,
): Promise<Map<FigureElement, EmbeddedRaster>> {
  const files = new Map<string, { png: Buffer; pixelated: boolean; uses: number }>();
  const rasters = new Map<FigureElement, EmbeddedRaster>();
  for (const element of elements) {
    if (!isRaster(element)) continue;
    const { height, width } = embeddedSize(element, density);
    const pixels = drawRaster(element, height, width);
    const pixelated = element.kind === "mosaic" || element.interpolation === "nearest";
    const digest = createHash("sha256").update(pixels.data).digest("hex");
    const name = `${height} ${width} ${pixelated} ${digest}`;
    const file = files.get(name) ?? { png: await encode(pixels), pixelated, uses: 0 };
    file.uses++;
    files.set(name, file);
    rasters.set(element, file);
  }
  return rasters;
}

function encode({ height, width, data }: RgbImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

function embeddedSize(element: RasterElement, density: EmbedDensity): { height: number; width: number } {
  if (element.kind === "mosaic") return mosaicSize(element, density.mosaic);
  const source = element.kind === "photo" ? element.image : element.values;
  const side = (cells: number, length: number) => {
    if (element.interpolation === "smooth") return Math.max(cells, Math.round(length * density.smooth));
    return cells * Math.max(1, Math.ceil((length * density.cells) / cells - 1e-9));
  };
  return { height: side(source.height, element.height), width: side(source.width, element.width) };
}

/** Whole pixels for every cell and every gap. */
function mosaicSize(mosaic: MosaicElement, density: number): { height: number; width: number } {
  const { rows, cols, tileHeight, tileWidth, gap } = mosaic;
  const cell = (mosaic.height - (rows - 1) * gap) / (rows * tileHeight); // mm
  const perCell = Math.ceil(density * cell);
  const perGap = gap === 0 ? 0 : Math.max(1, Math.round((gap / cell) * perCell));
  return {
    height: rows * tileHeight * perCell + (rows - 1) * perGap,
    width: cols * tileWidth * perCell + (cols - 1) * perGap,
  };
}
