import { GraphOps } from "../ops/graph";
import { finishSteps } from "../ops/ops";
import type { SetrConfig } from "./config";
import { setr } from "./model";

/**
 * In how many steps the wanted values are made: embeddings, one per layer, and the stages of the decoder, as far as needed.
 *
 * @param wanted names of taps, at least one
 */
export function stepCount(config: SetrConfig, wanted: Iterable<string>): number {
  const source = { type: "F32", data: { kind: "inline", bytes: new Uint8Array() } } as const;
  const ops = new GraphOps([1, 3, config.imageHeight, config.imageWidth], wanted, () => source);
  finishSteps(setr(ops, config, ops.input), () => ops.cut());
  return ops.finish().length;
}
