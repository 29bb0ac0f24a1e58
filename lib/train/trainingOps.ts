// B batch, C channels, h x w a map's size
import type * as Tf from "@tensorflow/tfjs";
import type { BatchNormParameters } from "../ops/ops";
import { batchNormByBatch } from "../ops/tfFunctions";
import { type TfModule, TfOps, type TfParameters } from "../ops/tfjs";

/** Mean and variance of one batch normalisation's input, over a batch. */
export interface BatchStatistics {
  readonly mean: Tf.Tensor;
  readonly variance: Tf.Tensor;
  /** Values per channel they were computed from. */
  readonly count: number;
}

/** Operations in training mode: batch normalisation normalises by the batch, and remembers its statistics. */
export class TrainingOps extends TfOps {
  private readonly statistics: BatchStatistics[];

  /**
   * @param statistics receives those of each batch normalisation, in order of use; kept until the caller disposes them
   */
  constructor(tf: TfModule, parameters: TfParameters, wanted: Iterable<string>, statistics: BatchStatistics[]) {
    super(tf, parameters, wanted);
    this.statistics = statistics;
  }

  override batchNorm(x: Tf.Tensor, parameters: BatchNormParameters<Tf.Tensor>, epsilon: number): Tf.Tensor {
    const { weight, bias } = parameters;
    const [batch, , height, width] = x.shape as [number, number, number, number];
    const { value, mean, variance } = batchNormByBatch(this.tf, x, weight, bias, epsilon);
    this.statistics.push({ mean, variance, count: batch * height * width });
    return value;
  }
}
