import type * as Tf from "@tensorflow/tfjs";
import { batchedAttention } from "./attention";
import type { BatchNormParameters, Ops } from "./ops";
import { channelsFirst, channelsLast, gelu, layerNorm, resizeBilinear } from "./tfFunctions";

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
  protected readonly tf: TfModule;
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

  attention(name: string, qkv: Tf.Tensor, numHeads: number): Tf.Tensor {
    return batchedAttention(this, name, qkv, numHeads);
  }

  layerNorm(x: Tf.Tensor, weight: Tf.Tensor, bias: Tf.Tensor, epsilon: number): Tf.Tensor {
    return layerNorm(this.tf, x, weight, bias, epsilon);
  }

  gelu(x: Tf.Tensor): Tf.Tensor {
    return gelu(this.tf, x);
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
    return resizeBilinear(this.tf, x, size);
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
