import type { SegmentationScores } from "./metrics";

/** Losses of one step, on the pictures that it learned from. */
export interface LossPoint {
  readonly step: number;
  readonly loss: number;
  readonly auxiliaryLoss: number;
}

/** What held-out pictures and the position embeddings say after a step. */
export interface Evaluation extends SegmentationScores {
  readonly step: number;
  /** Held-out pictures looked at. */
  readonly pictures: number;
  /** Mean similarity of the position embeddings of neighbouring patches. */
  readonly neighbourSimilarity: number;
  /** Correlation of that similarity with minus the patches' distance. */
  readonly distanceCorrelation: number;
}

/** How a training went so far. */
export interface TrainingHistory {
  readonly losses: readonly LossPoint[];
  readonly evaluations: readonly Evaluation[];
}
