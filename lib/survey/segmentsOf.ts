// h x w picture

/** The segments of a picture: parts that have one class and are connected by their sides. */
export interface Segments {
  /** Number of the segment of every pixel, in reading order of their first pixels; -1 for pixels without a class. */
  readonly ids: Int32Array;
  /** Class and number of pixels of each segment. */
  readonly list: readonly { readonly classIndex: number; readonly area: number }[];
}

/**
 * Finds all segments.
 *
 * @param classes class of every pixel, row-major; below 0 for none
 * @param width of the picture
 */
export function segmentsOf(classes: ArrayLike<number>, width: number): Segments {
  const pixels = classes.length;
  const ids = new Int32Array(pixels).fill(-1);
  const list: { classIndex: number; area: number }[] = [];
  const waiting = new Int32Array(pixels);
  for (let start = 0; start < pixels; start++) {
    const classIndex = classes[start]!;
    if (classIndex < 0 || ids[start]! >= 0) continue;
    const id = list.length;
    let [area, length] = [0, 0];
    const visit = (pixel: number) => {
      if (ids[pixel]! >= 0 || classes[pixel] !== classIndex) return;
      ids[pixel] = id;
      waiting[length++] = pixel;
    };
    visit(start);
    while (length > 0) {
      const pixel = waiting[--length]!;
      area++;
      if (pixel >= width) visit(pixel - width);
      if (pixel + width < pixels) visit(pixel + width);
      if (pixel % width > 0) visit(pixel - 1);
      if (pixel % width < width - 1) visit(pixel + 1);
    }
    list.push({ classIndex, area });
  }
  return { ids, list };
}
