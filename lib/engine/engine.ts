import type { NdArray } from "../arrays";
import type { Weights } from "../checkpoint/weights";
import type { SetrConfig } from "../model/config";
import type { OnProgress } from "../progress";

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
  /** Stops the run between layers. */
  readonly signal?: AbortSignal;
  /** Told how many steps are done: a layer of the encoder and a stage of the decoder are a step each. */
  readonly onProgress?: OnProgress;
}

/** What is differentiated: the sum of one class's scores over a region. */
export interface GradientTarget {
  /** Class 0..K-1. */
  readonly classIndex: number;
  /** A weight per pixel of the input, row-major; 1 inside and 0 outside. */
  readonly region: Float32Array;
}

/** A pass forward and back. */
export interface GradientRequest extends Omit<RunRequest, "capture" | "onProgress"> {
  /** Told the layers that are done, each once forward and once back. */
  readonly onProgress?: OnProgress;
  readonly target: GradientTarget;
}

/** Something that can run the model. Resources are held until `release`. */
export interface Engine {
  /** Name as on the command line. */
  readonly name: string;
  /** What computes, in words: package, version, device. */
  readonly title: string;
  /** @returns the captured values by name, in the order asked for */
  run(request: RunRequest): Promise<Map<string, NdArray>>;
  /** `A1.gradient`..`AL.gradient` [1, N, N]: mean over heads of max(0, dy/dA * A); only engines that differentiate. */
  attentionGradients?(request: GradientRequest): Promise<Map<string, NdArray>>;
  /** Gives back every session and its memory; the engine can be used again afterwards. */
  release(): Promise<void>;
}
