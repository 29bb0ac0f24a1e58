import type * as Tf from "@tensorflow/tfjs";
import { linearSamples } from "../interpolation";
import type { BatchNormParameters, Ops } from "./ops";

/** The functions of TensorFlow.js, of whichever package brings the backend. */
export type TfModule = typeof Tf;

/** Looks up a learned tensor that has been loaded. */
export type TfParameters = (name: string, shape: readonly number[]) => Tf.Tensor;

/**
 * Operations that compute at once with TensorFlow.js, and can be differentiated.
 *
 * Images are [B, C, h, w] here and channels last inside: not every backend knows the former.
 */
export class TfOps implements Ops<Tf.Tensor> {
  /** What was tapped under a wanted name; kept until the caller disposes it. */
  readonly taps = new Map<string, Tf.Tensor>();
  private readonly tf: TfModule;
  private readonly parameters: TfParameters;
  private readonly wanted: ReadonlySet<string>;
  private readonly onTap: (name: string, x: Tf.Tensor) => Tf.Tensor;

  /**
   * @param tf TensorFlow.js with the chosen backend
   * @param parameters where learned tensors come from
   * @param wanted names of taps to keep
   * @param onTap may replace a tapped value, as the gradient with respect to it needs; by default it stays as it is
   */
  constructor(
    tf: TfModule,
    parameters: TfParameters,
    wanted: Iterable<string>,
    onTap: (name: string, x: Tf.Tensor) => Tf.Tensor = (_, x) => x,
  ) {
    this.tf = tf;
    this.parameters = parameters;
    this.wanted = new Set(wanted);
    this.onTap = onTap;
  }

  parameter(name: string, shape: readonly number[]): Tf.Tensor {
    return this.parameters(name, shape);
  }

  linear(x: Tf.Tensor, weight: Tf.Tensor, bias: Tf.Tensor): Tf.Tensor {
    const width = x.shape[x.shape.length - 1]!;
    const rows = x.reshape([-1, width]) as Tf.Tensor2D;
    const product = this.tf.matMul(rows, weight as Tf.Tensor2D, false, true).add(bias);
    return product.reshape([...x.shape.slice(0, -1), weight.shape[0]!]);
  }

  matMul(a: Tf.Tensor, b: Tf.Tensor): Tf.Tensor {
    return this.tf.matMul(a, b);
  }

  layerNorm(x: Tf.Tensor, weight: Tf.Tensor, bias: Tf.Tensor, epsilon: number): Tf.Tensor {
    const centred = x.sub(x.mean(-1, true));
    const variance = centred.square().mean(-1, true);
    return centred.mul(variance.add(epsilon).rsqrt()).mul(weight).add(bias);
  }

  gelu(x: Tf.Tensor): Tf.Tensor {
    return x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
  }

  relu(x: Tf.Tensor): Tf.Tensor {
    return x.relu();
  }

  softmax(x: Tf.Tensor): Tf.Tensor {
    return x.softmax();
  }

  conv2d(
    x: Tf.Tensor,
    weight: Tf.Tensor,
    bias: Tf.Tensor | undefined,
    { stride, padding }: { stride: number; padding: number },
  ): Tf.Tensor {
    const kernel = weight.transpose([2, 3, 1, 0]) as Tf.Tensor4D; // [k, k, C, O]
    const around: [number, number] = [padding, padding];
    const image = padding > 0 ? this.tf.pad(channelsLast(x), [[0, 0], around, around, [0, 0]]) : channelsLast(x);
    const result = this.tf.conv2d(image as Tf.Tensor4D, kernel, stride, "valid"); // the C library takes no padding in numbers
    return channelsFirst(bias ? result.add(bias) : result);
  }

  batchNorm(x: Tf.Tensor, parameters: BatchNormParameters<Tf.Tensor>, epsilon: number): Tf.Tensor {
    const { weight, bias, runningMean, runningVar } = parameters;
    const perChannel = [1, weight.shape[0]!, 1, 1];
    const factor = weight.mul(runningVar.add(epsilon).rsqrt());
    return x.mul(factor.reshape(perChannel)).add(bias.sub(runningMean.mul(factor)).reshape(perChannel));
  }

  resizeBilinear(x: Tf.Tensor, size: { height: number; width: number; alignCorners: boolean }): Tf.Tensor {
    return resizeDifferentiably(this.tf, x, size);
  }

  concat(parts: readonly Tf.Tensor[], axis: number): Tf.Tensor {
    return this.tf.concat([...parts], axis);
  }

  slice(x: Tf.Tensor, axis: number, start: number, end: number): Tf.Tensor {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    return x.slice(
      begin,
      x.shape.map((length, i) => (i === axis ? end - start : length)),
    );
  }

  reshape(x: Tf.Tensor, shape: readonly number[]): Tf.Tensor {
    return x.reshape([...shape]);
  }

  transpose(x: Tf.Tensor, order: readonly number[]): Tf.Tensor {
    return x.transpose([...order]);
  }

  broadcastTo(x: Tf.Tensor, shape: readonly number[]): Tf.Tensor {
    return this.tf.broadcastTo(x, [...shape] as [number]);
  }

  add(a: Tf.Tensor, b: Tf.Tensor): Tf.Tensor {
    return a.add(b);
  }

  scale(x: Tf.Tensor, factor: number): Tf.Tensor {
    return x.mul(factor);
  }

  mean(x: Tf.Tensor, axis: number): Tf.Tensor {
    return x.mean(axis);
  }

  tap(name: string, x: Tf.Tensor): Tf.Tensor {
    const value = this.onTap(name, x);
    if (this.wanted.has(name)) this.taps.set(name, this.tf.keep(value.clone()));
    return value;
  }

  derive(name: string, make: () => Tf.Tensor): void {
    if (this.wanted.has(name)) this.tap(name, make());
  }
}

function channelsLast(x: Tf.Tensor): Tf.Tensor4D {
  return x.transpose([0, 2, 3, 1]) as Tf.Tensor4D;
}

function channelsFirst(x: Tf.Tensor): Tf.Tensor {
  return x.transpose([0, 3, 1, 2]);
}

/**
 * Bilinear interpolation with its own gradient: TensorFlow.js computes that of centred cells as if corners were aligned.
 *
 * Interpolation is linear in x, Y = H X W^T, so the gradient is H^T dY W.
 */
function resizeDifferentiably(
  tf: TfModule,
  image: Tf.Tensor,
  { height, width, alignCorners }: { height: number; width: number; alignCorners: boolean },
): Tf.Tensor {
  const resize = tf.customGrad((x) => {
    const [, , fromHeight, fromWidth] = (x as Tf.Tensor4D).shape;
    const value = channelsFirst(
      tf.image.resizeBilinear(channelsLast(x as Tf.Tensor), [height, width], alignCorners, !alignCorners),
    );
    const gradFunc = (dy: Tf.Tensor) => {
      const across = timesLastAxis(tf, dy, interpolationMatrix(tf, fromWidth, width, alignCorners)); // [B, C, h', w]
      const turned = across.transpose([0, 1, 3, 2]); // [B, C, w, h']
      const down = timesLastAxis(tf, turned, interpolationMatrix(tf, fromHeight, height, alignCorners)); // [B, C, w, h]
      return down.transpose([0, 1, 3, 2]);
    };
    return { value, gradFunc };
  });
  return resize(image);
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
