// B batch, N tokens, C width, H heads, P patches, h x w patch grid
import type { Ops, Steps, Tensor } from "../ops/ops";
import { hasClassToken, patchCount, type SetrConfig } from "./config";

const LAYER_NORM_EPSILON = 1e-6;

/**
 * The SETR encoder: patches, class token, position embedding, then `depth` pre-norm transformer layers.
 *
 * Taps: `embeddings` and `Zl` [B, N, C] (before any final norm, class token first), `Al` [B, H, N, N] (row = query),
 * `Al.mean` [B, N, N]. Source: SETR, section 3.2; vision transformer, arXiv 2010.11929, equations 1 to 3.
 *
 * @param ops the engine's operations
 * @param image normalised pixels [B, 3, imageHeight, imageWidth]
 * @returns Z1..ZL, 0-based; yields each as it is made, see `Steps`
 */
export function* encode<T extends Tensor>(ops: Ops<T>, config: SetrConfig, image: T): Steps<T, T[]> {
  let x = ops.tap("embeddings", embed(ops, config, image));
  yield x;
  const outputs: T[] = [];
  for (let layer = 1; layer <= config.depth; layer++) {
    x = ops.tap(`Z${layer}`, encoderLayer(ops, config, x, layer));
    yield x;
    outputs.push(x);
  }
  return outputs;
}

function embed<T extends Tensor>(ops: Ops<T>, config: SetrConfig, image: T): T {
  const { patchSize, embedDim } = config;
  const batch = image.shape[0] as number;
  const patches = patchCount(config);
  const weight = ops.parameter("backbone.patch_embed.proj.weight", [embedDim, 3, patchSize, patchSize]);
  const bias = ops.parameter("backbone.patch_embed.proj.bias", [embedDim]);
  const grid = ops.conv2d(image, weight, bias, { stride: patchSize, padding: 0 }); // [B, C, h, w]
  const tokens = ops.transpose(ops.reshape(grid, [batch, embedDim, patches]), [0, 2, 1]); // [B, P, C]
  const posEmbed = ops.parameter("backbone.pos_embed", [1, patches + 1, embedDim]);
  if (!hasClassToken(config)) return ops.add(tokens, ops.slice(posEmbed, 1, 1, patches + 1)); // [B, P, C]
  const clsToken = ops.parameter("backbone.cls_token", [1, 1, embedDim]);
  return ops.add(ops.concat([ops.broadcastTo(clsToken, [batch, 1, embedDim]), tokens], 1), posEmbed); // [B, N, C]
}

/**
 * One pre-norm transformer layer.
 *
 * @param x [B, N, C]
 * @param layer 1..L
 * @returns [B, N, C]
 */
export function encoderLayer<T extends Tensor>(ops: Ops<T>, config: SetrConfig, x: T, layer: number): T {
  const key = `backbone.blocks.${layer - 1}`;
  const attended = ops.add(x, attention(ops, config, norm(ops, config, x, `${key}.norm1`), layer));
  return ops.add(attended, mlp(ops, config, norm(ops, config, attended, `${key}.norm2`), `${key}.mlp`));
}

function attention<T extends Tensor>(ops: Ops<T>, config: SetrConfig, x: T, layer: number): T {
  const { embedDim, numHeads } = config;
  const key = `backbone.blocks.${layer - 1}.attn`;
  const qkv = dense(ops, x, `${key}.qkv`, embedDim, 3 * embedDim); // [B, N, 3C]
  return dense(ops, ops.attention(`A${layer}`, qkv, numHeads), `${key}.proj`, embedDim, embedDim);
}

function mlp<T extends Tensor>(ops: Ops<T>, config: SetrConfig, x: T, key: string): T {
  const hidden = ops.gelu(dense(ops, x, `${key}.fc1`, config.embedDim, config.mlpDim)); // [B, N, M]
  return dense(ops, hidden, `${key}.fc2`, config.mlpDim, config.embedDim); // [B, N, C]
}

function dense<T extends Tensor>(ops: Ops<T>, x: T, key: string, inputs: number, outputs: number): T {
  return ops.linear(x, ops.parameter(`${key}.weight`, [outputs, inputs]), ops.parameter(`${key}.bias`, [outputs]));
}

/** Layer normalisation with the checkpoint's weight and bias under `key`. */
export function norm<T extends Tensor>(ops: Ops<T>, config: SetrConfig, x: T, key: string): T {
  const { embedDim } = config;
  const weight = ops.parameter(`${key}.weight`, [embedDim]);
  const bias = ops.parameter(`${key}.bias`, [embedDim]);
  return ops.layerNorm(x, weight, bias, LAYER_NORM_EPSILON);
}
