// B batch, N tokens, C width, K classes, h x w a map's size
import type { Ops, Steps, Tensor } from "../ops/ops";
import {
  gridSize,
  hasClassToken,
  type MlaDecoder,
  type NaiveDecoder,
  type PupDecoder,
  type SetrConfig,
} from "./config";
import { norm } from "./encoder";

const BATCH_NORM_EPSILON = 1e-5;

/**
 * The decoder of the configuration, from the encoder's outputs to class scores at image size.
 *
 * Taps: `U1`.. [B, K', h, w] right after each bilinear interpolation, `logits` [B, K, imageHeight, imageWidth].
 * Source: SETR, section 3.3; the official release for the order of interpolation and classification.
 *
 * @param layers Z1..ZL, 0-based, each [B, N, C]
 * @returns logits [B, K, imageHeight, imageWidth], or undefined without a decoder; yields what later steps need
 */
export function* decode<T extends Tensor>(
  ops: Ops<T>,
  config: SetrConfig,
  layers: readonly T[],
): Steps<T, T | undefined> {
  switch (config.decoder.type) {
    case "naive":
      return decodeNaive(ops, config, layers, config.decoder);
    case "pup":
      return yield* decodePup(ops, config, layers, config.decoder);
    case "mla":
      return decodeMla(ops, config, layers, config.decoder);
    case "none":
      return undefined;
  }
}

function decodeNaive<T extends Tensor>(
  ops: Ops<T>,
  config: SetrConfig,
  layers: readonly T[],
  decoder: NaiveDecoder,
): T {
  const official = decoder.order === "official";
  const keys = ["decode_head.conv_0", "decode_head.syncbn_fc_0"] as const;
  const hidden = convNormRelu(ops, finalMap(ops, config, layers), ...keys, decoder.channels, 1, official);
  const enlarged = official ? hidden : ops.tap("U1", enlarge(ops, hidden, 4, false)); // [B, 256, 4h, 4w]
  const scores = classify(ops, enlarged, "decode_head.conv_1", config.numClasses, 1); // [B, K, h, w], mmseg: 4h, 4w
  return finish(ops, config, official ? ops.tap("U1", toImageSize(ops, config, scores)) : scores, 2);
}

function* decodePup<T extends Tensor>(
  ops: Ops<T>,
  config: SetrConfig,
  layers: readonly T[],
  decoder: PupDecoder,
): Steps<T, T> {
  const { channels, order } = decoder;
  const official = order === "official";
  let x = finalMap(ops, config, layers);
  for (let step = 0; step < 4; step++) {
    x = convNormRelu(ops, x, `decode_head.conv_${step}`, `decode_head.syncbn_fc_${step}`, channels, 3, official);
    if (step < 3 || !official) x = ops.tap(`U${step + 1}`, enlarge(ops, x, 2, false)); // [B, 256, 2h, 2w]
    if (step < 2) yield x; // what follows are the largest maps: they need not leave the engine's own layout
  }
  const features = x;
  let scores = classify(ops, features, "decode_head.conv_4", config.numClasses, 1); // [B, K, 8h, 8w], mmseg: 16h, 16w
  if (official) {
    ops.derive("U4.features", () => enlarge(ops, features, 2, false)); // a 1x1 convolution commutes with interpolation
    scores = ops.tap("U4", enlarge(ops, scores, 2, false)); // [B, K, 16h, 16w]
  }
  return finish(ops, config, scores, 5);
}

function decodeMla<T extends Tensor>(ops: Ops<T>, config: SetrConfig, layers: readonly T[], decoder: MlaDecoder): T {
  const { channels, headChannels } = decoder;
  const official = decoder.order === "official";
  const lateral = decoder.layers.map((layer, level) => {
    const map = toMap(ops, config, norm(ops, config, layers[layer - 1] as T, `backbone.norm_${level}`));
    const key = `backbone.mla.mla_p${level + 2}_1x1`;
    return convNormRelu(ops, map, `${key}.0`, `${key}.1`, channels, 1, false);
  });
  let sum: T | undefined;
  const paths: T[] = [];
  for (let level = 3; level >= 0; level--) {
    sum = sum ? ops.add(sum, lateral[level] as T) : (lateral[level] as T);
    const key = `backbone.mla.mla_p${level + 2}`;
    paths[level] = convNormRelu(ops, sum, `${key}.0`, `${key}.1`, channels, 3, false);
  }
  const heads = paths.map((path, level) => {
    const key = `decode_head.mlahead.head${level + 2}`;
    const first = convNormRelu(ops, path, `${key}.0`, `${key}.1`, headChannels, 3, false);
    const second = convNormRelu(ops, first, `${key}.3`, `${key}.4`, headChannels, 3, false);
    return ops.tap(`U${level + 1}`, enlarge(ops, second, 4, official)); // [B, 128, 4h, 4w]
  });
  const joined = ops.concat(official ? heads : heads.toReversed(), 1); // [B, 512, 4h, 4w]
  const scores = classify(ops, joined, "decode_head.cls", config.numClasses, official ? 3 : 1); // [B, K, 4h, 4w]
  return finish(ops, config, official ? ops.tap("U5", toImageSize(ops, config, scores)) : scores, official ? 6 : 5);
}

/** The decoder's own norm, then the last layer as a map. */
function finalMap<T extends Tensor>(ops: Ops<T>, config: SetrConfig, layers: readonly T[]): T {
  return toMap(ops, config, norm(ops, config, layers[layers.length - 1] as T, "decode_head.norm"));
}

/** [B, N, C] -> [B, C, h, w], without the class token. */
export function toMap<T extends Tensor>(ops: Ops<T>, config: SetrConfig, tokens: T): T {
  const [batch, count, width] = tokens.shape as [number, number, number];
  const patches = hasClassToken(config) ? ops.slice(tokens, 1, 1, count) : tokens; // [B, hw, C]
  const grid = gridSize(config);
  return ops.reshape(ops.transpose(patches, [0, 2, 1]), [batch, width, grid.height, grid.width]);
}

/** Convolution, batch normalisation, ReLU: x [B, C, h, w] -> [B, channels, h, w], under the two given names. */
export function convNormRelu<T extends Tensor>(
  ops: Ops<T>,
  x: T,
  conv: string,
  batchNorm: string,
  channels: number,
  kernel: 1 | 3,
  hasBias = true,
): T {
  const weight = ops.parameter(`${conv}.weight`, [channels, x.shape[1] as number, kernel, kernel]);
  const bias = hasBias ? ops.parameter(`${conv}.bias`, [channels]) : undefined;
  const y = ops.conv2d(x, weight, bias, { stride: 1, padding: (kernel - 1) / 2 }); // [B, channels, h, w]
  const parameters = {
    weight: ops.parameter(`${batchNorm}.weight`, [channels]),
    bias: ops.parameter(`${batchNorm}.bias`, [channels]),
    runningMean: ops.parameter(`${batchNorm}.running_mean`, [channels]),
    runningVar: ops.parameter(`${batchNorm}.running_var`, [channels]),
  };
  return ops.relu(ops.batchNorm(y, parameters, BATCH_NORM_EPSILON));
}

/** Class scores: x [B, C, h, w] -> [B, K, h, w]. */
export function classify<T extends Tensor>(ops: Ops<T>, x: T, key: string, classes: number, kernel: 1 | 3): T {
  const weight = ops.parameter(`${key}.weight`, [classes, x.shape[1] as number, kernel, kernel]);
  const bias = ops.parameter(`${key}.bias`, [classes]);
  return ops.conv2d(x, weight, bias, { stride: 1, padding: (kernel - 1) / 2 }); // [B, K, h, w]
}

function enlarge<T extends Tensor>(ops: Ops<T>, x: T, factor: number, alignCorners: boolean): T {
  const [, , height, width] = x.shape as [number, number, number, number];
  return ops.resizeBilinear(x, { height: height * factor, width: width * factor, alignCorners });
}

function toImageSize<T extends Tensor>(ops: Ops<T>, config: SetrConfig, x: T): T {
  const { imageHeight: height, imageWidth: width } = config;
  if (x.shape[2] === height && x.shape[3] === width) return x;
  return ops.resizeBilinear(x, { height, width, alignCorners: false });
}

/** The interpolation to the image that follows every head: an identity at equal size, and still a U of its own. */
function finish<T extends Tensor>(ops: Ops<T>, config: SetrConfig, scores: T, index: number): T {
  return ops.tap("logits", ops.tap(`U${index}`, toImageSize(ops, config, scores)));
}
