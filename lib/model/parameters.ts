import { GraphOps } from "../ops/graph";
import { finishSteps } from "../ops/ops";
import type { SetrConfig } from "./config";
import { setr } from "./model";

/**
 * Every learned tensor of a model with its shape, in order of use, read off the model itself.
 *
 * @returns shapes by the names of the official SETR release, e.g. `backbone.blocks.0.attn.qkv.weight` -> [3C, C]
 */
export function parameterShapes(config: SetrConfig): Map<string, readonly number[]> {
  const source = { type: "F32", data: { kind: "inline", bytes: new Uint8Array() } } as const;
  const ops = new GraphOps([1, 3, config.imageHeight, config.imageWidth], [], () => source);
  finishSteps(setr(ops, config, ops.input));
  return ops.parameterShapes();
}
