import type { Point } from "./arrays";
import { AnalysisError } from "./errors";
import { gridSize, type SetrConfig } from "./model/config";

/**
 * The patch under a place of the picture, whatever the size of the grid.
 *
 * @param model anything with a model's configuration
 * @param place fractions of the picture's height and width, from the top left, 0 to 1
 * @throws AnalysisError `place` outside the picture
 */
export function patchAt(
  model: { readonly config: SetrConfig },
  place: { readonly y: number; readonly x: number },
): Point {
  for (const fraction of [place.y, place.x]) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new AnalysisError("place", `place: expected fractions from 0 to 1, found y ${place.y}, x ${place.x}`);
    }
  }
  const index = (fraction: number, length: number) => Math.min(length - 1, Math.floor(fraction * length));
  const { height, width } = gridSize(model.config);
  return { row: index(place.y, height), col: index(place.x, width) };
}
