// K classes

/** How well classes are found. */
export interface SegmentationScores {
  /** Mean of `iou` over the classes that occur in the labels or the result; NaN when none does. */
  readonly meanIoU: number;
  /** Intersection over union of each class; NaN for a class that occurs in neither. */
  readonly iou: readonly number[];
  /** Share of the counted pixels whose class is right; NaN without pixels. */
  readonly pixelAccuracy: number;
}

/** Counts of pixels by label (row) and found class (column), [K, K]. */
export class ConfusionMatrix {
  readonly classes: number;
  /** Row-major. */
  readonly counts: Float64Array;

  constructor(classes: number) {
    this.classes = classes;
    this.counts = new Float64Array(classes * classes);
  }

  /**
   * Adds pixels; those whose label is no class do not count.
   *
   * @param labels class of each pixel
   * @param found class found for each pixel, 0..K-1
   */
  add(labels: ArrayLike<number>, found: ArrayLike<number>): void {
    if (labels.length !== found.length) {
      throw new RangeError(`confusion matrix: expected ${labels.length} found classes, found ${found.length}`);
    }
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!;
      if (label >= 0 && label < this.classes) this.counts[label * this.classes + found[i]!]!++;
    }
  }

  /** Intersection over union of each class, their mean, and the share of right pixels. */
  scores(): SegmentationScores {
    const { classes, counts } = this;
    const rows = new Float64Array(classes);
    const columns = new Float64Array(classes);
    let right = 0;
    counts.forEach((count, i) => {
      rows[Math.floor(i / classes)]! += count;
      columns[i % classes]! += count;
    });
    const iou = Array.from(rows, (row, k) => {
      const intersection = counts[k * classes + k]!;
      right += intersection;
      return intersection / (row + columns[k]! - intersection);
    });
    const occurring = iou.filter((value) => !Number.isNaN(value));
    return {
      iou,
      meanIoU: occurring.reduce((sum, value) => sum + value, 0) / occurring.length,
      pixelAccuracy: right / rows.reduce((sum, row) => sum + row, 0),
    };
  }
}
