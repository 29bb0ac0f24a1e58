import type { RgbImage } from "../arrays";
import { type AttentionOptions, attentionPairs, type PointMap } from "./attentionPairs";
import type { Figure } from "./description";
import { closePage, openPage } from "./page";

/**
 * Figure 2: attention maps of picked points of one photo.
 *
 * Columns 1 and 3 show the photo with the picked patch in red, columns 2 and 4 the map of that patch over the same
 * area. The marker stands on the centre of the patch, ((col + 0.5) / grid width, (row + 0.5) / grid height).
 *
 * @param photo what the model saw; any aspect ratio
 * @param maps picked patches and their maps, one value per patch of a grid that covers the photo
 * @param options see {@link AttentionOptions}; two pairs per row by default
 * @returns the description
 * @throws FigureError when the photo, a map, a point or an option is out of range
 *
 * Source: SETR supplement, Figure 2.
 */
export function attentionFigure(photo: RgbImage, maps: readonly PointMap[], options: AttentionOptions = {}): Figure {
  const area = openPage(options);
  const pairs = maps.map((map) => ({ ...map, photo }));
  const { elements, bottom } = attentionPairs(pairs, 2, area, options);
  return closePage("Attention maps of picked points", area, elements, bottom, options);
}
