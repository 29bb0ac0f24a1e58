// N tokens, H heads, L layers, K classes, h x w picture
import type * as Tf from "@tensorflow/tfjs";
import type { NdArray } from "../arrays";
import { EngineError } from "../errors";
import type { SetrConfig } from "../model/config";
import { decode } from "../model/decoder";
import { encode, encoderLayer } from "../model/encoder";
import { finishSteps } from "../ops/ops";
import { type TfModule, TfOps } from "../ops/tfjs";
import type { GradientRequest } from "./engine";
import type { TfBackend } from "./tfBackend";
import type { LoadedParameters } from "./tfParameters";

/**
 * The positive part of attention times its gradient, averaged over heads, per layer: mean_h max(0, dy/dA * A).
 *
 * y is the sum of one class's scores over a region. The gradient is taken layer by layer from the top, each layer computed
 * again from its stored input, so that memory holds one layer's attention at a time.
 *
 * @returns `A1.gradient`..`AL.gradient`, each [1, N, N]
 * @throws EngineError `no-decoder`, `target`; the signal's reason when aborted
 * Source: Chefer, Gur and Wolf, ICCV 2021, equations 5 and 6.
 */
export async function attentionGradients(
  backend: TfBackend,
  parameters: LoadedParameters,
  request: GradientRequest,
): Promise<Map<string, NdArray>> {
  const { config, target, signal, onProgress } = request;
  checkTarget(request);
  const { tf } = backend;
  const held: Tf.Tensor[] = [];
  const values = new Map<string, NdArray>();
  try {
    const inputs = await layerInputs(backend, parameters, request, held);
    const region = tf.tensor(target.region, [1, config.imageHeight, config.imageWidth]);
    held.push(region);
    const sources = decoderLayers(config);
    const fromDecoder = tf.tidy(() =>
      decoderGradients(tf, parameters, config, sources, inputs, region, target.classIndex),
    );
    held.push(...Object.values(fromDecoder));
    let upstream: Tf.Tensor | undefined;
    for (let layer = config.depth; layer >= 1; layer--) {
      const own = fromDecoder[layer];
      const dy = own && upstream ? tf.tidy(() => own.add(upstream!)) : (own ?? upstream)!;
      if (dy !== own) held.push(dy);
      const { product, below } = tf.tidy(() => layerGradient(tf, parameters, config, inputs[layer - 1]!, layer, dy));
      held.push(product, below);
      values.set(`A${layer}.gradient`, { shape: product.shape, data: (await product.data()) as Float32Array });
      upstream = below;
      await new Promise(setImmediate);
      await backend.activate();
      signal?.throwIfAborted();
      onProgress?.(2 * config.depth - layer + 1, 2 * config.depth);
    }
    return new Map([...values].reverse());
  } finally {
    tf.dispose(held);
  }
}

function checkTarget({ config, input, target }: GradientRequest): void {
  const { numClasses, imageHeight, imageWidth } = config;
  if (config.decoder.type === "none") {
    throw new EngineError("no-decoder", "gradient: expected a model with a decoder, found an encoder alone");
  }
  if (input.shape[0] !== 1) {
    throw new EngineError("input-shape", `gradient: expected one picture, found ${input.shape[0]}`);
  }
  const { classIndex, region } = target;
  if (!Number.isInteger(classIndex) || classIndex < 0 || classIndex >= numClasses) {
    throw new EngineError("target", `class: expected a whole number from 0 to ${numClasses - 1}, found ${classIndex}`);
  }
  if (region.length !== imageHeight * imageWidth) {
    throw new EngineError("target", `region: expected ${imageHeight * imageWidth} pixels, found ${region.length}`);
  }
}

/** The input of every layer and the output of the last: embeddings, Z1..ZL. */
async function layerInputs(
  backend: TfBackend,
  { lookup }: LoadedParameters,
  { config, input, signal, onProgress }: GradientRequest,
  held: Tf.Tensor[],
): Promise<Tf.Tensor[]> {
  const { tf } = backend;
  await backend.activate();
  const image = tf.tensor(input.data, [...input.shape]);
  held.push(image);
  const steps = encode(new TfOps(tf, lookup, []), config, image);
  const inputs: Tf.Tensor[] = [];
  for (;;) {
    signal?.throwIfAborted();
    const step = tf.tidy(() => steps.next() as { done: boolean; value: Tf.Tensor });
    if (step.done) return inputs;
    inputs.push(step.value);
    held.push(step.value);
    onProgress?.(inputs.length - 1, 2 * config.depth); // the first is the embeddings
    await new Promise(setImmediate);
    await backend.activate();
  }
}

/** Which layers the decoder reads, 1-based. */
function decoderLayers({ decoder, depth }: SetrConfig): readonly number[] {
  return decoder.type === "mla" ? decoder.layers : [depth];
}

function decoderGradients(
  tf: TfModule,
  { lookup }: LoadedParameters,
  config: SetrConfig,
  sources: readonly number[],
  inputs: readonly Tf.Tensor[],
  region: Tf.Tensor,
  classIndex: number,
): Record<number, Tf.Tensor> {
  const score = (...layers: Tf.Tensor[]) => {
    const all = inputs.slice(1);
    sources.forEach((layer, i) => {
      all[layer - 1] = layers[i]!;
    });
    const logits = finishSteps(decode(new TfOps(tf, lookup, []), config, all))!; // [1, K, h, w]
    return logits.slice([0, classIndex], [1, 1]).squeeze([1]).mul(region).sum() as Tf.Scalar;
  };
  const gradients = tf.grads(score)(sources.map((layer) => inputs[layer]!));
  return Object.fromEntries(sources.map((layer, i) => [layer, gradients[i]!]));
}

function layerGradient(
  tf: TfModule,
  { lookup }: LoadedParameters,
  config: SetrConfig,
  x: Tf.Tensor,
  layer: number,
  dy: Tf.Tensor,
): { product: Tf.Tensor; below: Tf.Tensor } {
  let attention: Tf.Tensor | undefined;
  const compute = (input: Tf.Tensor, change: Tf.Tensor) => {
    const ops = new TfOps(tf, lookup, [], (name, value) => {
      if (name !== `A${layer}`) return value;
      attention = tf.keep(value.clone());
      return value.add(change); // the gradient with respect to the change is the one with respect to A
    });
    return encoderLayer(ops, config, input, layer);
  };
  const tokens = x.shape[1]!;
  const change = tf.zeros([1, config.numHeads, tokens, tokens]);
  const [below, gradient] = tf.grads(compute as (...args: Tf.Tensor[]) => Tf.Tensor)([x, change], dy) as [
    Tf.Tensor,
    Tf.Tensor,
  ];
  const product = gradient.mul(attention!).relu().mean(1); // [1, N, N]
  attention!.dispose();
  return { product, below };
}
