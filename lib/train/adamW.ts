// P all learned values, as one vector
import type * as Tf from "@tensorflow/tfjs";
import type { TfModule } from "../ops/tfjs";
import type { OptimiserConfig } from "./config";

/** Parameters and their two running moments, each [P], on a backend. */
export interface AdamWState {
  readonly parameters: Tf.Tensor1D;
  readonly firstMoment: Tf.Tensor1D;
  readonly secondMoment: Tf.Tensor1D;
}

const EPSILON = 1e-8;

/**
 * One step of AdamW, with the gradient's norm clipped.
 *
 * The caller disposes the old state. Source: Loshchilov and Hutter, ICLR 2019, algorithm 2.
 *
 * @param gradient [P]
 * @param norm Euclidean norm of the gradient
 * @param decays 1 for values that decay, 0 for the rest, [P]
 * @param step number of this step, from 1
 */
export function adamWStep(
  tf: TfModule,
  state: AdamWState,
  gradient: Tf.Tensor1D,
  norm: number,
  decays: Tf.Tensor1D,
  { step, learningRate, optimiser }: { step: number; learningRate: number; optimiser: OptimiserConfig },
): AdamWState {
  const { beta1, beta2, weightDecay, clipNorm } = optimiser;
  return tf.tidy(() => {
    const clipped = gradient.mul(Math.min(1, clipNorm / (norm + EPSILON)));
    const firstMoment = state.firstMoment.mul(beta1).add(clipped.mul(1 - beta1)) as Tf.Tensor1D;
    const secondMoment = state.secondMoment.mul(beta2).add(clipped.square().mul(1 - beta2)) as Tf.Tensor1D;
    const denominator = secondMoment
      .mul(1 / (1 - beta2 ** step))
      .sqrt()
      .add(EPSILON);
    const direction = firstMoment.mul(1 / (1 - beta1 ** step)).div(denominator);
    const decay = state.parameters.mul(decays).mul(weightDecay);
    const parameters = state.parameters.sub(direction.add(decay).mul(learningRate)) as Tf.Tensor1D;
    return { parameters, firstMoment, secondMoment };
  });
}

/** Linear warm-up, then half a cosine down to zero at the last step; steps count from 1. */
export function learningRateAt(step: number, steps: number, optimiser: OptimiserConfig): number {
  const { learningRate, warmupSteps } = optimiser;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  const start = decayStart(steps, optimiser);
  if (step <= start) return learningRate;
  const progress = (step - start) / Math.max(1, steps - start);
  return (learningRate * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2;
}

/** The last step before the learning rate falls. */
export function decayStart(steps: number, { warmupSteps, decaySteps = steps }: OptimiserConfig): number {
  return Math.max(warmupSteps, steps - decaySteps);
}
