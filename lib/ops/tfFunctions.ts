// B batch, C channels or width, h x w a map's size
import type * as Tf from "@tensorflow/tfjs";
import { linearSamples } from "../interpolation";
import type { TfModule } from "./tfjs";

/** A function with its own gradient: the value, what to keep for later, and the gradients from what was kept. */
interface Differentiable {
  readonly value: Tf.Tensor;
  readonly kept: Tf.Tensor[];
  readonly gradients: (dy: Tf.Tensor, kept: Tf.Tensor[]) => Tf.Tensor[];
}

/** Computes with a gradient of its own, where the one that TensorFlow.js would derive is slow or wrong. */
function differentiable(
  tf: TfModule,
  inputs: readonly Tf.Tensor[],
  compute: (...inputs: Tf.Tensor[]) => Differentiable,
): Tf.Tensor {
  const run = tf.customGrad((...args) => {
    const save = args.at(-1) as Tf.GradSaveFunc;
    const { value, kept, gradients } = compute(...(args.slice(0, -1) as Tf.Tensor[]));
    save(kept);
    return { value, gradFunc: (dy, saved) => gradients(dy as Tf.Tensor, saved) };
  });
  return run(...inputs);
}

/** Exact GELU, x Phi(x), with Phi + x phi as its gradient: half the passes over memory of the derived one. */
export function gelu(tf: TfModule, x: Tf.Tensor): Tf.Tensor {
  return differentiable(tf, [x], (input) => {
    const phi = input.mul(Math.SQRT1_2).erf().mul(0.5).add(0.5);
    const gradients = (dy: Tf.Tensor, [at, cumulative]: Tf.Tensor[]) => {
      const density = at!
        .square()
        .mul(-0.5)
        .exp()
        .mul(at!)
        .mul(1 / Math.sqrt(2 * Math.PI)); // x phi(x)
      return [density.add(cumulative!).mul(dy)];
    };
    return { value: input.mul(phi), kept: [input, phi], gradients };
  });
}

/** Normalisation over the last axis; weight and bias [C]. */
export function layerNorm(tf: TfModule, x: Tf.Tensor, weight: Tf.Tensor, bias: Tf.Tensor, epsilon: number): Tf.Tensor {
  return differentiable(tf, [x, weight, bias], (input, factor, shift) => {
    const centred = input.sub(input.mean(-1, true));
    const inverse = centred.square().mean(-1, true).add(epsilon).rsqrt(); // [..., 1]
    const normal = centred.mul(inverse);
    const gradients = (dy: Tf.Tensor, [y, scale, weights]: Tf.Tensor[]) => {
      const axes = dy.shape.map((_, axis) => axis).slice(0, -1);
      const inner = dy.mul(weights!);
      const along = y!.mul(inner.mul(y!).mean(-1, true));
      return [inner.sub(inner.mean(-1, true)).sub(along).mul(scale!), dy.mul(y!).sum(axes), dy.sum(axes)];
    };
    return { value: normal.mul(factor!).add(shift!), kept: [normal, inverse, factor!], gradients };
  });
}

/**
 * Batch normalisation by the statistics of the batch itself, as in training.
 *
 * @param x [B, C, h, w]; weight and bias [C]
 * @returns the normalised value, and mean and (biased) variance [C] of x over all other axes, without gradients; the
 *   caller disposes these two
 */
export function batchNormByBatch(
  tf: TfModule,
  x: Tf.Tensor,
  weight: Tf.Tensor,
  bias: Tf.Tensor,
  epsilon: number,
): { value: Tf.Tensor; mean: Tf.Tensor; variance: Tf.Tensor } {
  const others = [0, 2, 3];
  const channels = weight.shape[0]!;
  const perChannel = (vector: Tf.Tensor) => vector.reshape([1, channels, 1, 1]);
  const statistics: Tf.Tensor[] = [];
  const value = differentiable(tf, [x, weight, bias], (input, factor, shift) => {
    const mean = input.mean(others, true); // [1, C, 1, 1]
    const centred = input.sub(mean);
    const variance = centred.square().mean(others, true);
    const inverse = variance.add(epsilon).rsqrt();
    statistics.push(tf.keep(mean.reshape([channels])), tf.keep(variance.reshape([channels])));
    const gradients = (dy: Tf.Tensor, [y, scale, weights]: Tf.Tensor[]) => {
      const sum = dy.sum(others); // [C]
      const along = dy
        .mul(y!)
        .sum(others)
        .mul(scale!.reshape([channels])); // [C], dy times the normalised value
      const count = dy.size / channels;
      const back = y!.mul(perChannel(along.div(count)).mul(scale!));
      const dx = dy
        .sub(perChannel(sum.div(count)))
        .sub(back)
        .mul(perChannel(weights!).mul(scale!));
      return [dx, along, sum];
    };
    const normal = centred.mul(inverse.mul(perChannel(factor!))).add(perChannel(shift!));
    return { value: normal, kept: [centred, inverse, factor!], gradients };
  });
  return { value, mean: statistics[0]!, variance: statistics[1]! };
}

/**
 * Mean cross-entropy of class scores against labels, without a sum over classes in the graph.
 *
 * @param logits [B, K, h, w]
 * @param labels class of each pixel, int32 [B, h, w]; numbers outside 0..K-1 do not count
 * @returns a scalar; 0 when no pixel counts
 */
export function crossEntropy(tf: TfModule, logits: Tf.Tensor, labels: Tf.Tensor): Tf.Scalar {
  const classes = logits.shape[1]!;
  const [batch, , height, width] = logits.shape as [number, number, number, number];
  const target = tf.oneHot(labels.flatten().toInt(), classes).toFloat(); // [B h w, K]; wasm writes whole numbers whatever the type asked for
  const counted = target.sum(1); // 1 where the label is a class
  const count = counted.sum().maximum(1);
  return differentiable(tf, [logits], (scores) => {
    const probabilities = channelsLast(scores).reshape([-1, classes]).softmax();
    const picked = probabilities.mul(target).sum(1).add(tf.sub(1, counted)).maximum(SMALLEST_PROBABILITY);
    const gradients = (dy: Tf.Tensor, [p, wanted, mask, total]: Tf.Tensor[]) => {
      const difference = p!.mul(mask!.expandDims(1)).sub(wanted!).mul(dy.div(total!));
      return [channelsFirst(difference.reshape([batch, height, width, classes]))];
    };
    return { value: picked.log().sum().neg().div(count), kept: [probabilities, target, counted, count], gradients };
  }) as Tf.Scalar;
}

/** Keeps the logarithm finite; the smallest normal number of single precision. */
const SMALLEST_PROBABILITY = 2 ** -126;

/**
 * Bilinear interpolation with its own gradient: TensorFlow.js computes that of centred cells as if corners were aligned.
 *
 * Interpolation is linear in x, Y = H X W^T, so the gradient is H^T dY W.
 */
export function resizeBilinear(
  tf: TfModule,
  x: Tf.Tensor,
  { height, width, alignCorners }: { height: number; width: number; alignCorners: boolean },
): Tf.Tensor {
  const [, , fromHeight, fromWidth] = x.shape as [number, number, number, number];
  return differentiable(tf, [x], (image) => {
    const value = channelsFirst(
      tf.image.resizeBilinear(channelsLast(image), [height, width], alignCorners, !alignCorners),
    );
    const gradients = (dy: Tf.Tensor) => {
      const across = timesLastAxis(tf, dy, interpolationMatrix(tf, fromWidth, width, alignCorners)); // [B, C, h', w]
      const turned = across.transpose([0, 1, 3, 2]); // [B, C, w, h']
      const down = timesLastAxis(tf, turned, interpolationMatrix(tf, fromHeight, height, alignCorners)); // [B, C, w, h]
      return [down.transpose([0, 1, 3, 2])];
    };
    return { value, kept: [], gradients };
  });
}

/** [B, C, h, w] -> [B, h, w, C]. */
export function channelsLast(x: Tf.Tensor): Tf.Tensor4D {
  return x.transpose([0, 2, 3, 1]) as Tf.Tensor4D;
}

/** [B, h, w, C] -> [B, C, h, w]. */
export function channelsFirst(x: Tf.Tensor): Tf.Tensor {
  return x.transpose([0, 3, 1, 2]);
}

/** x M over the last axis: [..., I] and [I, O] -> [..., O]. */
function timesLastAxis(tf: TfModule, x: Tf.Tensor, matrix: Tf.Tensor2D): Tf.Tensor {
  const product = tf.matMul(x.reshape([-1, matrix.shape[0]]) as Tf.Tensor2D, matrix);
  return product.reshape([...x.shape.slice(0, -1), matrix.shape[1]]);
}

/** The weights of linear interpolation of one axis, [to, from]. */
function interpolationMatrix(tf: TfModule, from: number, to: number, alignCorners: boolean): Tf.Tensor2D {
  const weights = new Float32Array(to * from);
  linearSamples(from, to, alignCorners).forEach((sample, target) => {
    for (const { index, weight } of sample) weights[target * from + index] = weight;
  });
  return tf.tensor2d(weights, [to, from]);
}
