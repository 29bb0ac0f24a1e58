// B batch, N tokens, C width, H heads, D head width
import type { GraphOps } from "./graph";
import type { GraphTensor } from "./graphRecorder";
import type { Ops, Tensor } from "./ops";

/**
 * Multi-head attention over all heads at once, in the other operations of the interface; see `Ops.attention`.
 *
 * Source: Attention Is All You Need, arXiv 1706.03762, equation 1.
 */
export function batchedAttention<T extends Tensor>(ops: Ops<T>, name: string, qkv: T, numHeads: number): T {
  const [batch, tokens, length] = qkv.shape as [number, number, number];
  const width = length / 3;
  const headDim = width / numHeads;
  const [query, key, value] = [0, 1, 2].map((part) => {
    const rows = ops.slice(qkv, 2, part * width, (part + 1) * width); // [B, N, C]
    return ops.reshape(rows, [batch, tokens, numHeads, headDim]); // [B, N, H, D]
  }) as [T, T, T];
  const scaled = ops.transpose(ops.scale(query, headDim ** -0.5), [0, 2, 1, 3]); // [B, H, N, D]
  const scores = ops.matMul(scaled, ops.transpose(key, [0, 2, 3, 1])); // [B, H, N, N]
  const probabilities = ops.tap(name, ops.softmax(scores));
  ops.derive(`${name}.mean`, () => ops.mean(probabilities, 1)); // [B, N, N]
  const context = ops.matMul(probabilities, ops.transpose(value, [0, 2, 1, 3])); // [B, H, N, D]
  return ops.reshape(ops.transpose(context, [0, 2, 1, 3]), [batch, tokens, width]); // [B, N, C]
}

/**
 * Multi-head attention head by head; see `Ops.attention`.
 *
 * What is as large as N x N exists for one head at a time, which fits into a processor's cache. The mean over heads is summed
 * on the way: each map is added before the next one is made.
 */
export function headwiseAttention(ops: GraphOps, name: string, qkv: GraphTensor, numHeads: number): GraphTensor {
  const [batch, tokens, length] = qkv.shape as [number, number, number];
  const headDim = length / 3 / numHeads;
  const parts = ops.split(qkv, 2, 3 * numHeads); // queries of all heads, then keys, then values: [B, N, D] each
  const averaged = ops.wants(`${name}.mean`);
  const maps: GraphTensor[] = []; // [B, N, N]
  const contexts: GraphTensor[] = []; // [B, N, D]
  let sum: GraphTensor | undefined; // [B, N, N]
  for (let head = 0; head < numHeads; head++) {
    const [query, key, value] = [0, 1, 2].map((part) => parts[part * numHeads + head]) as [
      GraphTensor,
      GraphTensor,
      GraphTensor,
    ];
    const before = averaged ? contexts.at(-1) : undefined;
    const map = ops.softmax(ops.scaledProduct(before ? ops.after(query, before) : query, key, headDim ** -0.5));
    maps.push(map);
    if (averaged) sum = sum ? ops.add(sum, map) : map;
    contexts.push(ops.matMul(sum ? ops.after(map, sum) : map, value));
  }
  ops.derive(name, () =>
    ops.concat(
      maps.map((map) => ops.reshape(map, [batch, 1, tokens, tokens])),
      1,
    ),
  ); // [B, H, N, N]
  ops.derive(`${name}.mean`, () => ops.scale(sum!, 1 / numHeads)); // [B, N, N]
  return ops.concat(contexts, 2); // [B, N, C]
}
