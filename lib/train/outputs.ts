// B batch, K classes, H x W picture, h x w patch grid
import { auxiliaryHead } from "../model/auxiliaryHead";
import type { SetrConfig } from "../model/config";
import { decode } from "../model/decoder";
import { encode } from "../model/encoder";
import { GraphOps } from "../ops/graph";
import { finishSteps, type Ops, type Tensor } from "../ops/ops";
import type { AuxiliaryLoss } from "./config";

/** What the losses are computed from. */
export interface TrainingOutputs<T> {
  /** [B, K, H, W] */
  readonly logits: T;
  /** Scores of each auxiliary head, [B, K, h, w]. */
  readonly auxiliary: readonly T[];
}

/**
 * The model with its auxiliary heads.
 *
 * @param image normalised pixels [B, 3, H, W]
 */
export function trainingOutputs<T extends Tensor>(
  ops: Ops<T>,
  config: SetrConfig,
  { layers, channels }: AuxiliaryLoss,
  image: T,
): TrainingOutputs<T> {
  const outputs = finishSteps(encode(ops, config, image));
  const logits = finishSteps(decode(ops, config, outputs)) as T;
  const heads = layers.map((layer, index) => auxiliaryHead(ops, config, outputs[layer - 1] as T, index, channels));
  return { logits, auxiliary: heads };
}

/** Every learned tensor of the model and its auxiliary heads with its shape, in order of use. */
export function trainingShapes(config: SetrConfig, auxiliary: AuxiliaryLoss): Map<string, readonly number[]> {
  const source = { type: "F32", data: { kind: "inline", bytes: new Uint8Array() } } as const;
  const ops = new GraphOps([1, 3, config.imageHeight, config.imageWidth], [], () => source);
  trainingOutputs(ops, config, auxiliary, ops.input);
  return ops.parameterShapes();
}
