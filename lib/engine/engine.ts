import type { NdArray } from "../arrays";
import type { Weights } from "../checkpoint/weights";
import type { SetrConfig } from "../model/config";

/** One forward pass: a model, an input, and the names of the values to keep. */
export interface RunRequest {
  readonly weights: Weights;
  /** The configuration to run at; may differ from the weights' own in image size only. */
  readonly config: SetrConfig;
  /** Parameters handed over as values instead of ranges of the file: the position embeddings at the size in use. */
  readonly values: ReadonlyMap<string, NdArray>;
  /** Normalised pixels [B, 3, imageHeight, imageWidth]. */
  readonly input: NdArray;
  /** Names of taps, all valid for the configuration. */
  readonly capture: readonly string[];
}

/** Something that can run the model. Resources are held until `release`. */
export interface Engine {
  /** Name as on the command line. */
  readonly name: string;
  /** @returns the captured values by name, in the order asked for */
  run(request: RunRequest): Promise<Map<string, NdArray>>;
  /** Gives back every session and its memory; the engine can be used again afterwards. */
  release(): Promise<void>;
}
