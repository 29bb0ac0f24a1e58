// P trainable values, S running statistics

/** Everything that changes while learning. */
export interface LearnerState {
  /** [P] */
  readonly parameters: Float32Array;
  /** [P] */
  readonly firstMoment: Float32Array;
  /** [P] */
  readonly secondMoment: Float32Array;
  /** [S], each mean followed by its variance */
  readonly statistics: Float32Array;
}

/** What one step found out. */
export interface LearnerStep {
  /** Cross-entropy of the decoder's scores. */
  readonly loss: number;
  /** Sum of the auxiliary heads' losses, weighted; 0 without heads. */
  readonly auxiliaryLoss: number;
  /** Euclidean norm of the gradient before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
}
