import { type AttentionOptions, type AttentionPair, attentionPairs } from "./attentionPairs";
import type { Figure } from "./description";
import { closePage, openPage } from "./page";

/**
 * Figure 4: more attention maps, of points in several photos.
 *
 * @param items photos, each with a picked patch and its map; photos may differ in size
 * @param options see {@link AttentionOptions}; three pairs per row by default
 * @returns the description
 * @throws FigureError when a photo, a map, a point or an option is out of range
 *
 * Source: SETR supplement, Figure 4.
 */
export function attentionGalleryFigure(items: readonly AttentionPair[], options: AttentionOptions = {}): Figure {
  const area = openPage(options);
  const { elements, bottom } = attentionPairs(items, 3, area, options);
  return closePage("More attention maps", area, elements, bottom, options);
}
