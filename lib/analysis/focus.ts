// h x w patch grid, H x W picture
import type { Grid } from "../arrays";
import { AnalysisError } from "../errors";

/** How much of a map lies on a thing. */
export interface Focus {
  /** Share of the map's sum that lies inside, 0 to 1; NaN for a map of zeros. */
  readonly inside: number;
  /** Share of the picture that the thing covers: what an even map would have inside. */
  readonly area: number;
}

/**
 * How much of an attention map lies on a thing; a patch that the thing covers in part counts in part.
 *
 * @param map values of at least 0, [h, w]
 * @param pixels what is not 0 belongs to the thing, row-major [H, W], with H and W multiples of h and w
 * @param size H and W
 * @throws AnalysisError `focus` when the sizes do not fit
 */
export function focus(
  map: Grid,
  pixels: ArrayLike<number>,
  size: { readonly height: number; readonly width: number },
): Focus {
  const [rows, cols] = [size.height / map.height, size.width / map.width];
  if (!Number.isInteger(rows) || !Number.isInteger(cols) || pixels.length !== size.height * size.width) {
    const found = `${size.height}x${size.width} and ${pixels.length} pixels`;
    throw new AnalysisError("focus", `focus: expected multiples of ${map.height}x${map.width} patches, found ${found}`);
  }
  let [inside, total, covered] = [0, 0, 0];
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    const [row, col] = [Math.floor(pixel / size.width), pixel % size.width];
    const value = map.data[Math.floor(row / rows) * map.width + Math.floor(col / cols)]!;
    total += value;
    if (!pixels[pixel]) continue;
    inside += value;
    covered++;
  }
  return { inside: inside / total, area: covered / pixels.length };
}
