import type { Point } from "./arrays";
import { AnalysisError } from "./errors";
import { gridSize, hasClassToken, type SetrConfig } from "./model/config";

/** A part of the model's input. */
export type Region =
  /** One patch. */
  | { readonly patch: Point }
  /** One pixel of the input, from the top left. */
  | { readonly pixel: { readonly y: number; readonly x: number } }
  /** A rectangle in pixels of the input. */
  | { readonly box: { readonly top: number; readonly left: number; readonly height: number; readonly width: number } }
  /** A value per pixel of the input, row-major; what is not 0 belongs to the region, e.g. a predicted segment. */
  | { readonly mask: ArrayLike<number> };

/**
 * The pixels of a region: 1 inside, 0 outside, row-major over the input.
 *
 * @throws AnalysisError `region` when the region lies outside the input or is empty
 */
export function regionPixels(region: Region, config: SetrConfig): Float32Array {
  const { imageHeight, imageWidth } = config;
  const pixels = new Float32Array(imageHeight * imageWidth);
  if ("mask" in region) {
    if (region.mask.length !== pixels.length) {
      throw new AnalysisError("region", `region: expected ${pixels.length} pixels, found ${region.mask.length}`);
    }
    for (let i = 0; i < pixels.length; i++) pixels[i] = region.mask[i] ? 1 : 0;
    if (!pixels.includes(1))
      throw new AnalysisError("region", "region: expected at least one pixel, found an empty mask");
    return pixels;
  }
  const { top, left, height, width } = boxOf(region, config);
  const inside = [top, left, height, width].every(Number.isInteger) && top >= 0 && left >= 0 && height > 0 && width > 0;
  if (!inside || top + height > imageHeight || left + width > imageWidth) {
    const found = `${height}x${width} at row ${top}, column ${left}`;
    throw new AnalysisError(
      "region",
      `region: expected to lie within ${imageHeight}x${imageWidth} pixels, found ${found}`,
    );
  }
  for (let row = top; row < top + height; row++)
    pixels.fill(1, row * imageWidth + left, row * imageWidth + left + width);
  return pixels;
}

function boxOf(region: Exclude<Region, { mask: unknown }>, { patchSize }: SetrConfig) {
  if ("box" in region) return region.box;
  if ("pixel" in region) return { top: region.pixel.y, left: region.pixel.x, height: 1, width: 1 };
  const { row, col } = region.patch;
  return { top: row * patchSize, left: col * patchSize, height: patchSize, width: patchSize };
}

/**
 * The tokens whose patches a region touches, as the layers count them (the class token, where it runs, is 0).
 *
 * @throws AnalysisError as `regionPixels`
 */
export function regionTokens(region: Region, config: SetrConfig): number[] {
  const pixels = regionPixels(region, config);
  const { width } = gridSize(config);
  const first = hasClassToken(config) ? 1 : 0;
  const tokens = new Set<number>();
  pixels.forEach((inside, i) => {
    if (!inside) return;
    const row = Math.floor(Math.floor(i / config.imageWidth) / config.patchSize);
    const col = Math.floor((i % config.imageWidth) / config.patchSize);
    tokens.add(first + row * width + col);
  });
  return [...tokens];
}
