// B batch, N tokens, C width, K classes, h x w patch grid
import type { Ops, Tensor } from "../ops/ops";
import type { SetrConfig } from "./config";
import { classify, convNormRelu, toMap } from "./decoder";
import { norm } from "./encoder";

/**
 * A training-only head: scores classes from one layer's output, on the patch grid.
 *
 * Source: SETR, section 4.1, auxiliary losses; the official configurations, `auxiliary_head`.
 *
 * @param tokens output of one layer [B, N, C]
 * @param index 0-based number of the head, which its parameters' names carry
 * @param channels of its hidden convolution
 * @returns [B, K, h, w]
 */
export function auxiliaryHead<T extends Tensor>(
  ops: Ops<T>,
  config: SetrConfig,
  tokens: T,
  index: number,
  channels: number,
): T {
  const key = `auxiliary_head.${index}`;
  const map = toMap(ops, config, norm(ops, config, tokens, `${key}.norm`)); // [B, C, h, w]
  const hidden = convNormRelu(ops, map, `${key}.conv_0`, `${key}.syncbn_fc_0`, channels, 1);
  return classify(ops, hidden, `${key}.conv_1`, config.numClasses, 1);
}
