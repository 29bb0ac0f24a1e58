// B batch, K classes, H x W picture, P trainable values, S running statistics
import type * as Tf from "@tensorflow/tfjs";
import type { NdArray } from "../arrays";
import type { TfBackend } from "../engine/tfBackend";
import { TrainingError } from "../errors";
import type { SetrConfig } from "../model/config";
import { setr } from "../model/model";
import { finishSteps } from "../ops/ops";
import { crossEntropy, resizeBilinear } from "../ops/tfFunctions";
import { type TfModule, TfOps, type TfParameters } from "../ops/tfjs";
import { type AdamWState, adamWStep, learningRateAt } from "./adamW";
import { type AuxiliaryLoss, NO_AUXILIARY, type TrainingConfig } from "./config";
import { type Batch, everyNthLabel } from "./data";
import { decayMask, type Layout, type LayoutEntry } from "./layout";
import type { LearnerState, LearnerStep } from "./learnerState";
import { trainingOutputs } from "./outputs";
import { type BatchMoments, updateRunningStatistics } from "./runningStatistics";
import { type BatchStatistics, TrainingOps } from "./trainingOps";

/** Losses and gradient of a batch, and what its batch normalisations saw. */
interface Differentiated {
  /** Loss, auxiliary loss, norm of the gradient. */
  readonly numbers: Tf.Tensor;
  /** [P] */
  readonly gradient: Tf.Tensor1D;
  readonly statistics: readonly BatchStatistics[];
}

/** Learned values on a backend, and what changes them. */
export class Learner {
  private readonly backend: TfBackend;
  private readonly model: SetrConfig;
  private readonly config: TrainingConfig;
  private readonly layout: Layout;
  private readonly decays: Tf.Tensor1D;
  private readonly statistics: Float32Array;
  private optimised: AdamWState;

  constructor(backend: TfBackend, model: SetrConfig, config: TrainingConfig, layout: Layout, state: LearnerState) {
    this.backend = backend;
    this.model = model;
    this.config = config;
    this.layout = layout;
    const { tf } = backend;
    this.decays = tf.tensor1d(decayMask(layout.trainable));
    this.statistics = state.statistics.slice();
    this.optimised = {
      parameters: tf.tensor1d(state.parameters),
      firstMoment: tf.tensor1d(state.firstMoment),
      secondMoment: tf.tensor1d(state.secondMoment),
    };
  }

  /**
   * One step of learning. When it throws, nothing has changed.
   *
   * @param step number of the step, from 1
   * @throws TrainingError `not-finite`
   */
  async step(batch: Batch, step: number): Promise<LearnerStep> {
    await this.backend.activate();
    const { tf } = this.backend;
    const { numbers, gradient, statistics } = this.differentiate(batch);
    try {
      const [loss, auxiliaryLoss, gradientNorm] = (await numbers.data()) as unknown as [number, number, number];
      const moments = await readMoments(statistics);
      const finite = moments.every(({ mean, variance }) =>
        [mean, variance].every((values) => values.every(Number.isFinite)),
      );
      if (!finite || !Number.isFinite(loss + auxiliaryLoss + gradientNorm)) {
        const found = `loss ${loss}, auxiliary loss ${auxiliaryLoss}, gradient norm ${gradientNorm}`;
        const beside = finite ? "" : ", and batch statistics that are not";
        throw new TrainingError("not-finite", `step ${step}: expected finite numbers, found ${found}${beside}`);
      }
      await this.backend.activate();
      const { optimiser, steps, batchNormMomentum } = this.config;
      const learningRate = learningRateAt(step, steps, optimiser);
      const old = this.optimised;
      this.optimised = adamWStep(tf, old, gradient, gradientNorm, this.decays, { step, learningRate, optimiser });
      tf.dispose([old.parameters, old.firstMoment, old.secondMoment]);
      updateRunningStatistics(this.statistics, this.layout.statistics, moments, batchNormMomentum);
      return { loss, auxiliaryLoss, gradientNorm, learningRate };
    } finally {
      tf.dispose([numbers, gradient]);
      disposeStatistics(tf, statistics);
    }
  }

  /**
   * The class of every pixel, with the running statistics, as in use.
   *
   * @param pixels normalised, [B, 3, H, W]
   * @returns [B, H, W]
   */
  async segment(pixels: NdArray): Promise<Int32Array> {
    await this.backend.activate();
    const { tf } = this.backend;
    const classes = tf.tidy(() => {
      const ops = new TfOps(tf, this.lookUpIn(this.split()), []);
      return finishSteps(setr(ops, this.model, tf.tensor(pixels.data, [...pixels.shape])))!.argMax(1);
    });
    try {
      return (await classes.data()) as Int32Array;
    } finally {
      classes.dispose();
    }
  }

  /** A copy of everything that changes. */
  async state(): Promise<LearnerState> {
    return {
      ...(await this.values()),
      firstMoment: await this.read(this.optimised.firstMoment),
      secondMoment: await this.read(this.optimised.secondMoment),
    };
  }

  /** A copy of what the model is made of. */
  async values(): Promise<Pick<LearnerState, "parameters" | "statistics">> {
    return { parameters: await this.read(this.optimised.parameters), statistics: this.statistics.slice() };
  }

  /** Gives back the backend's memory. */
  dispose(): void {
    this.backend.tf.dispose([...Object.values(this.optimised), this.decays]);
  }

  private async read(tensor: Tf.Tensor): Promise<Float32Array> {
    await this.backend.activate();
    return (await tensor.data()).slice() as Float32Array;
  }

  /** All tensors are the caller's to dispose. */
  private differentiate(batch: Batch): Differentiated {
    const { tf } = this.backend;
    const statistics: BatchStatistics[] = [];
    const losses: Tf.Tensor[] = [];
    try {
      const tensors = tf.tidy(() => {
        const gradient = this.gradient(batch, statistics, losses);
        const numbers = tf.stack([...losses.map((loss) => loss.asScalar()), gradient.square().sum().sqrt()]);
        return { numbers, gradient };
      });
      return { ...tensors, statistics };
    } catch (error) {
      disposeStatistics(tf, statistics);
      throw error;
    } finally {
      tf.dispose(losses);
    }
  }

  /** The gradient [P]; the losses and batch statistics go into the given arrays and outlive a tidy. */
  private gradient(batch: Batch, statistics: BatchStatistics[], losses: Tf.Tensor[]): Tf.Tensor1D {
    const { tf } = this.backend;
    const auxiliary = this.config.auxiliary ?? NO_AUXILIARY;
    const image = tf.tensor(batch.pixels.data, [...batch.pixels.shape]);
    const target = tf.tensor(batch.labels, [image.shape[0]!, image.shape[2]!, image.shape[3]!], "int32");
    const total = (...parameters: Tf.Tensor[]) => {
      const ops = new TrainingOps(tf, this.lookUpIn(parameters), [], statistics);
      const outputs = trainingOutputs(ops, this.model, auxiliary, image);
      const loss = crossEntropy(tf, outputs.logits, target);
      const second = this.auxiliaryLoss(outputs.auxiliary, batch, auxiliary);
      losses.push(tf.keep(loss.clone()), tf.keep(second.clone()));
      return loss.add(second) as Tf.Scalar;
    };
    const { grads } = tf.valueAndGrads(total)(this.split());
    return tf.concat1d(grads.map((part) => part.flatten()));
  }

  /** The auxiliary heads' losses, each on its scores interpolated to the labels that are looked at. */
  private auxiliaryLoss(scores: readonly Tf.Tensor[], batch: Batch, { weight, labelStride }: AuxiliaryLoss): Tf.Scalar {
    const { tf } = this.backend;
    if (scores.length === 0) return tf.scalar(0);
    const { shape, data } = everyNthLabel(batch, labelStride);
    const seen = tf.tensor(data, shape, "int32");
    const size = { height: shape[1], width: shape[2], alignCorners: false };
    const losses = scores.map((map) => crossEntropy(tf, resizeBilinear(tf, map, size), seen));
    return tf.addN(losses).mul(weight) as Tf.Scalar;
  }

  /** The learned tensors, in order; inside a tidy. */
  private split(): Tf.Tensor[] {
    const { trainable } = this.layout;
    const parts = this.backend.tf.split(
      this.optimised.parameters,
      trainable.map(({ size }) => size),
    );
    return parts.map((part, i) => part.reshape([...trainable[i]!.shape]));
  }

  /** Finds learned tensors in the given ones, and running statistics. */
  private lookUpIn(parameters: readonly Tf.Tensor[]): TfParameters {
    const { tf } = this.backend;
    const byName = new Map(this.layout.trainable.map(({ name }, i) => [name, parameters[i]!]));
    const ofStatistics = new Map(this.layout.statistics.map((entry) => [entry.name, entry]));
    return (name) => byName.get(name) ?? tf.tensor(this.statisticsOf(ofStatistics.get(name)!));
  }

  private statisticsOf({ offset, size }: LayoutEntry): Float32Array {
    return this.statistics.subarray(offset, offset + size);
  }
}

async function readMoments(statistics: readonly BatchStatistics[]): Promise<BatchMoments[]> {
  const moments: BatchMoments[] = [];
  for (const { mean, variance, count } of statistics) {
    const [means, variances] = [await mean.data(), await variance.data()] as [Float32Array, Float32Array];
    moments.push({ mean: means, variance: variances, count });
  }
  return moments;
}

function disposeStatistics(tf: TfModule, statistics: readonly BatchStatistics[]): void {
  tf.dispose(statistics.flatMap(({ mean, variance }) => [mean, variance]));
}
