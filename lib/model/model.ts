import type { Ops, Steps, Tensor } from "../ops/ops";
import { checkConfig, type SetrConfig } from "./config";
import { decode } from "./decoder";
import { encode } from "./encoder";

/**
 * The whole model, once, for every engine: encoder and decoder over the operation interface.
 *
 * @param ops the engine's operations
 * @param image normalised pixels [B, 3, imageHeight, imageWidth]
 * @returns logits [B, K, imageHeight, imageWidth], or undefined for an encoder alone; in steps, see `Steps`
 */
export function* setr<T extends Tensor>(ops: Ops<T>, config: SetrConfig, image: T): Steps<T, T | undefined> {
  return yield* decode(ops, checkConfig(config), yield* encode(ops, config, image));
}
