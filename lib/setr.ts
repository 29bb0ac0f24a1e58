import { setImmediate } from "node:timers/promises";
import { type NdArray, sizeOf } from "./arrays";
import { workSignal } from "./cellSignal";
import type { InferenceHints } from "./checkpoint/inferConfig";
import { openWeights, type Weights } from "./checkpoint/weights";
import type { Engine, RunRequest } from "./engine/engine";
import { type EngineName, openEngine } from "./engine/open";
import { CaptureError, EngineError } from "./errors";
import { fileIdentity } from "./fileIdentity";
import type { Photo } from "./image/photo";
import { normalise } from "./image/preprocess";
import { activationNames, expandNames } from "./model/activationNames";
import { checkConfig, type GridSize, gridSize, type Normalisation, type SetrConfig } from "./model/config";
import { type PosEmbedResize, resizePosEmbed } from "./model/posEmbed";
import { type OnProgress, withProgress } from "./progress";
import { type Region, regionPixels } from "./region";
import { type CacheMode, openRunCache, type Part, type RunCache, recallOrCompute } from "./runCache/runCache";
import { runKey } from "./runCache/runKey";
import type { RunStats } from "./runCache/stats";

/** How to open a model. */
export interface OpenOptions {
  /** Attention heads per layer, where the file does not say; width / 64 by default and for null. */
  readonly numHeads?: number | null;
  /** Height and width of the input in pixels, multiples of the patch size; the checkpoint's own by default and for null. */
  readonly imageSize?: { readonly height: number; readonly width: number } | null;
  /** How pixels are normalised, where the file does not say; guessed from the checkpoint's family by default and for null. */
  readonly normalisation?: Normalisation | null;
  /** How position embeddings come to another grid; bilinear, corners not aligned, by default. */
  readonly posEmbedResize?: PosEmbedResize;
  /** `auto` by default. */
  readonly engine?: EngineName;
  /**
   * Where captured values are kept, so that asking for them again does not run the model again: `disk` (default), the
   * cache folder and this process's memory; `memory`; or false, nowhere, and the checkpoint is then read and checked whole
   * too, even if that was done before.
   */
  readonly cache?: CacheMode;
  /** Told the bytes of the file that are read; by default it is shown where it takes long. */
  readonly onProgress?: OnProgress;
  /** Threads with which ONNX Runtime computes; as many as it chooses by default. */
  readonly threads?: number;
}

/** What a score is differentiated for: one class over a region. */
export interface GradientOf {
  /** Class 0..K-1. */
  readonly classIndex: number;
  readonly region: Region;
}

/** What one pass is to do. */
export interface RunOptions {
  /** Names or patterns of values to keep, e.g. `["Z*", "A*.mean", "logits"]`. */
  readonly capture: readonly string[];
  /**
   * Differentiates the sum of a class's scores over a region, which adds `A1.gradient`..`AL.gradient` [1, N, N] to the
   * values; needs an engine that can (`tfjs`).
   */
  readonly gradientOf?: GradientOf;
  /** Stops the run between layers, as interrupting the cell of a notebook does too; nothing of a stopped run is kept. */
  readonly signal?: AbortSignal;
  /** Told how many steps are done, a layer or a stage of the decoder each; by default it is shown where it takes long. */
  readonly onProgress?: OnProgress;
  /** False computes everything anew and keeps nothing; true (default) does as the model was opened. */
  readonly cache?: boolean;
}

/** Captured values of one forward pass. */
export interface Run {
  readonly config: SetrConfig;
  /**
   * The values by name, as asked for; the caller's own, whatever is kept of them elsewhere. A kept value is bit for bit what
   * was computed then; values of two passes that captured different names may differ by rounding, as engines join steps.
   */
  readonly values: ReadonlyMap<string, NdArray>;
  /** Wall-clock seconds until the values were there, opening of the session and keeping them included. */
  readonly seconds: number;
  /** Which values were computed, which were still there, and what that took. */
  readonly stats: RunStats;
  /**
   * One captured value.
   *
   * @throws CaptureError `not-captured` naming what was captured
   */
  get(name: string): NdArray;
}

/** An opened model: weights, a configuration and an engine. */
export interface Setr {
  readonly weights: Weights;
  /** The configuration at the image size in use. */
  readonly config: SetrConfig;
  /** Rows and columns of the patch grid. */
  readonly grid: GridSize;
  /** What computes, in words: package, version, device. */
  readonly engineTitle: string;
  /** Learned position embeddings at the grid in use, class token first: [1, 1 + P, C]. */
  readonly posEmbed: NdArray;
  /**
   * One forward pass, or as much of it as is not kept from an earlier one with the same weights, pixels and engine.
   *
   * @param input a photo at the model's size, or normalised pixels [B, 3, imageHeight, imageWidth]
   * @param options what to capture, what to differentiate, how to stop
   * @throws CaptureError `unknown-capture`; EngineError `input-shape`, `no-gradients`; AnalysisError `region`; the signal's
   *   reason when aborted
   */
  run(input: Photo | NdArray, options: RunOptions): Promise<Run>;
  /** Gives back the engine's memory. */
  close(): Promise<void>;
}

/**
 * Opens a checkpoint and an engine for it.
 *
 * When the image size differs from the checkpoint's, the position embeddings are interpolated.
 *
 * @param path a checkpoint of any known format and family; see `openWeights`
 * @throws CheckpointError, ConfigError, EngineError with one sentence each
 */
export async function openSetr(path: string, options: OpenOptions = {}): Promise<Setr> {
  const { cache: mode = "disk" } = options;
  const identity = await fileIdentity(path);
  const cache = openRunCache(mode, async () => (await fileIdentity(path))?.text === identity?.text);
  const weights = await openWeights(path, givenHints(options), {
    rememberHash: mode !== false,
    onProgress: options.onProgress,
  });
  const config = atSize(weights.config, options.imageSize);
  const grid = gridSize(config);
  const posEmbed = resizePosEmbed(weights.posEmbed, gridSize(weights.config), grid, options.posEmbedResize);
  const values = new Map([["backbone.pos_embed", posEmbed]]);
  const engine = await openEngine(options.engine ?? "auto", options.threads);
  return {
    weights,
    config,
    grid,
    engineTitle: engine.title,
    posEmbed,
    run: (input, options) => runOnce(engine, cache, { weights, config, values }, input, options),
    close: () => engine.release(),
  };
}

/** What the options say that the file may not. */
export function givenHints({
  numHeads,
  normalisation,
}: Pick<OpenOptions, "numHeads" | "normalisation">): InferenceHints {
  return { ...(numHeads == null ? {} : { numHeads }), ...(normalisation == null ? {} : { normalisation }) };
}

/**
 * The configuration at the size that is asked for, the checkpoint's own by default.
 *
 * @throws ConfigError as `checkConfig`
 */
export function atSize(config: SetrConfig, size: OpenOptions["imageSize"]): SetrConfig {
  return size ? checkConfig({ ...config, imageHeight: size.height, imageWidth: size.width }) : config;
}

async function runOnce(
  engine: Engine,
  cache: RunCache | undefined,
  model: Pick<RunRequest, "weights" | "config" | "values">,
  photoOrPixels: Photo | NdArray,
  { capture, gradientOf, signal: own, onProgress, cache: wanted = true }: RunOptions,
): Promise<Run> {
  const { config } = model;
  const names = expandNames(capture, activationNames(config));
  const input = "image" in photoOrPixels ? normalise(photoOrPixels.image, config.normalisation) : photoOrPixels;
  checkInput(input, config);
  const signal = workSignal(own);
  await setImmediate(); // lets an abort arrive, also where one run after the other is served from memory
  signal?.throwIfAborted();
  const start = performance.now();
  const request = { ...model, input, ...(signal ? { signal } : {}) };
  const forward: Part = {
    names,
    key: () => runKey(engine, request),
    compute: (missing) => {
      const work = (tell: OnProgress) => engine.run({ ...request, capture: missing, onProgress: tell });
      return withProgress("Layers", onProgress, work);
    },
  };
  const parts = gradientOf ? [forward, gradients(engine, request, gradientOf, onProgress)] : [forward];
  const { values, stats } = await recallOrCompute(wanted ? cache : undefined, parts);
  signal?.throwIfAborted();
  const seconds = (performance.now() - start) / 1000;
  return { config, values, seconds, stats, get: (name) => captured(values, name) };
}

function gradients(
  engine: Engine,
  request: Omit<RunRequest, "capture">,
  { classIndex, region }: GradientOf,
  onProgress: OnProgress | undefined,
): Part {
  const { config } = request;
  if (!engine.attentionGradients) {
    const expected = 'an engine that differentiates (open the model with engine "tfjs")';
    throw new EngineError("no-gradients", `gradient: expected ${expected}, found ${engine.name}`);
  }
  const target = { classIndex, region: regionPixels(region, config) };
  return {
    names: Array.from({ length: config.depth }, (_, i) => `A${i + 1}.gradient`),
    key: () => runKey(engine, request, target),
    compute: () => {
      const work = (tell: OnProgress) => engine.attentionGradients!({ ...request, target, onProgress: tell });
      return withProgress("Layers, forward and back", onProgress, work);
    },
  };
}

function checkInput({ shape, data }: NdArray, config: SetrConfig): void {
  const wanted = [shape[0], 3, config.imageHeight, config.imageWidth];
  if (shape.length !== 4 || shape.some((length, axis) => length !== wanted[axis]) || shape[0] === 0) {
    const expected = `[B, 3, ${config.imageHeight}, ${config.imageWidth}]`;
    throw new EngineError("input-shape", `input: expected ${expected}, found [${shape.join(", ")}]`);
  }
  if (data.length !== sizeOf(shape)) {
    throw new EngineError("input-shape", `input: expected ${sizeOf(shape)} values, found ${data.length}`);
  }
  if (!data.every(Number.isFinite)) {
    throw new EngineError("input-values", "input: expected finite values, found NaN or infinity");
  }
}

function captured(values: ReadonlyMap<string, NdArray>, name: string): NdArray {
  const value = values.get(name);
  if (value) return value;
  throw new CaptureError("not-captured", `${name}: expected a captured value among ${[...values.keys()].join(", ")}`);
}
