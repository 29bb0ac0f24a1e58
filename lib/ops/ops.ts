/** A tensor of some engine; the model sees only its shape. */
export interface Tensor {
  readonly shape: readonly number[];
}

/**
 * A computation in steps: yields each value that later steps need.
 *
 * Between steps an eager engine releases everything else, lets others work, and can be stopped. A value that crosses a
 * step without having been yielded or tapped is lost.
 */
export type Steps<T, R> = Generator<T, R, void>;

/**
 * Runs a computation to its end at once, for engines that only record.
 *
 * @param between called after each step but the last
 */
export function finishSteps<T, R>(steps: Steps<T, R>, between: () => void = () => {}): R {
  let step = steps.next();
  for (; !step.done; step = steps.next()) between();
  return step.value;
}

/** The four vectors [C] of a batch normalisation in inference mode. */
export interface BatchNormParameters<T> {
  readonly weight: T;
  readonly bias: T;
  readonly runningMean: T;
  readonly runningVar: T;
}

/**
 * The operations the model is written in. An engine decides what calling them means: computing at once, or recording.
 *
 * Images are [B, C, h, w]; axes may be negative only where said.
 */
export interface Ops<T extends Tensor> {
  /** A learned tensor of the checkpoint; its shape is checked against the file. */
  parameter(name: string, shape: readonly number[]): T;
  /** x W^T + b over the last axis: [..., I], weight [O, I], bias [O] -> [..., O]. */
  linear(x: T, weight: T, bias: T): T;
  /** Batched matrix product over the last two axes; leading axes equal. */
  matMul(a: T, b: T): T;
  /**
   * Multi-head attention softmax(q k^T / sqrt(D)) v: queries, keys and values side by side [B, N, 3C] -> [B, N, C].
   *
   * Taps the probabilities under `name` [B, H, N, N], row = query, and their mean over heads under `name`.mean [B, N, N].
   */
  attention(name: string, qkv: T, numHeads: number): T;
  /** Normalisation over the last axis; weight and bias [C]. */
  layerNorm(x: T, weight: T, bias: T, epsilon: number): T;
  /** Exact GELU: x Phi(x). */
  gelu(x: T): T;
  relu(x: T): T;
  /** Softmax over the last axis. */
  softmax(x: T): T;
  /** Cross-correlation: x [B, C, h, w], weight [O, C, k, k], bias [O] or undefined. */
  conv2d(x: T, weight: T, bias: T | undefined, options: { stride: number; padding: number }): T;
  /** (x - mean) / sqrt(var + epsilon) * weight + bias per channel of [B, C, h, w]. */
  batchNorm(x: T, parameters: BatchNormParameters<T>, epsilon: number): T;
  /** Bilinear interpolation of [B, C, h, w] without antialiasing, as torch.nn.functional.interpolate. */
  resizeBilinear(x: T, size: { height: number; width: number; alignCorners: boolean }): T;
  concat(parts: readonly T[], axis: number): T;
  /** Elements start (inclusive) to end (exclusive) of one axis. */
  slice(x: T, axis: number, start: number, end: number): T;
  reshape(x: T, shape: readonly number[]): T;
  /** Axes reordered: axis i of the result is axis order[i] of x. */
  transpose(x: T, order: readonly number[]): T;
  /** Repeats axes of length 1 to the given shape. */
  broadcastTo(x: T, shape: readonly number[]): T;
  /** Sum with broadcasting. */
  add(a: T, b: T): T;
  scale(x: T, factor: number): T;
  /** Mean over one axis, which disappears. */
  mean(x: T, axis: number): T;
  /** Names a value of the paper; returns x. The value is kept when its name was asked for. */
  tap(name: string, x: T): T;
  /** Names a value that is made only for whoever asks for it. */
  derive(name: string, make: () => T): void;
}
