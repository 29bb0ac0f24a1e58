// C channels, h x w pixels, I inputs and O outputs of a layer
import { sizeOf } from "../arrays";
import type { GraphOps } from "./graph";
import type { GraphTensor } from "./graphRecorder";
import { ONNX_BLOCKED } from "./onnx";

/** Channels of a block on any processor: ONNX Runtime has blocks of 8 or 16. */
const BLOCK = 16;

/** Whether so many channels can lie in blocks. */
export function inWholeBlocks(channels: number): boolean {
  return channels % BLOCK === 0;
}

/**
 * A linear layer as a convolution over one row of pixels, in ONNX Runtime's own operators on blocks of channels, which are
 * faster than its products of matrices.
 *
 * @param x [..., I], in blocks or not
 * @param weight [O, I], laid out for the convolution in every pass: no copy of it stays
 * @returns [..., O], in blocks
 */
export function blockedLinear(ops: GraphOps, x: GraphTensor, weight: GraphTensor, bias: GraphTensor): GraphTensor {
  const [outputs, width] = weight.shape as [number, number];
  const shape = [...x.shape.slice(0, -1), outputs];
  const rows = sizeOf(x.shape) / width;
  const input = x.blocked ? x : intoBlocks(ops, ops.reshape(x, [1, 1, rows, width]), 1n);
  const filter = ops.ahead(() => blockedFilter(ops, weight));
  const result = ops.value([1, outputs, 1, rows]);
  ops.record({
    operator: "Conv",
    domain: ONNX_BLOCKED,
    inputs: [input.name, filter.name, bias.name],
    outputs: [result.name],
    attributes: { kernel_shape: [1n, 1n] },
  });
  return { name: result.name, shape, blocked: true };
}

/** A weight [O, I] as a filter [O, I, 1, 1]: its blocks are those of a picture of O channels and I pixels. */
function blockedFilter(ops: GraphOps, weight: GraphTensor): GraphTensor {
  const [outputs, inputs] = weight.shape as [number, number];
  const picture = ops.reshape(weight, [1, outputs, 1, inputs]);
  return ops.reshape(intoBlocks(ops, picture, 0n), [outputs, inputs, 1, 1]);
}

/** A picture [1, C, h, w], or [1, h, w, C] with the channels last, as [1, C, h, w] in blocks of channels. */
function intoBlocks(ops: GraphOps, picture: GraphTensor, channelsLast: 0n | 1n): GraphTensor {
  const [, a, b, c] = picture.shape as [number, number, number, number];
  const result = ops.value(channelsLast ? [1, c, a, b] : [1, a, b, c]);
  const attributes = { channels_last: channelsLast };
  const [inputs, outputs] = [[picture.name], [result.name]];
  ops.record({ operator: "ReorderInput", domain: ONNX_BLOCKED, inputs, outputs, attributes });
  return result;
}

/** A value in blocks in the order of its axes: [..., C]. */
export function outOfBlocks(ops: GraphOps, x: GraphTensor): GraphTensor {
  const channels = x.shape.at(-1) as number;
  const picture = ops.value([1, 1, sizeOf(x.shape) / channels, channels]);
  const attributes = { channels: BigInt(channels), channels_last: 1n };
  const [inputs, outputs] = [[x.name], [picture.name]];
  ops.record({ operator: "ReorderOutput", domain: ONNX_BLOCKED, inputs, outputs, attributes });
  return ops.reshape(picture, x.shape);
}
