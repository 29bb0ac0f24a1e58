import type { NdArray } from "../arrays";
import { readParameters } from "../checkpoint/readParameters";
import { openWeights, type Weights } from "../checkpoint/weights";
import { TrainingError } from "../errors";
import { gridSize, parseConfig, type SetrConfig } from "../model/config";
import { resizePosEmbed } from "../model/posEmbed";
import { variantConfig } from "../model/variants";
import { type AuxiliaryLoss, NO_AUXILIARY, type TrainingConfig } from "./config";

/** The model that a training starts with. */
export interface StartingPoint {
  readonly model: SetrConfig;
  /** The checkpoint it continues, if any. */
  readonly weights: Weights | undefined;
}

/**
 * The model of a training: the checkpoint's or `pup-small`, with what the configuration says otherwise.
 *
 * @param classes number of classes of the data
 * @throws TrainingError `no-decoder`, `auxiliary`; CheckpointError, ConfigError
 */
export async function startingPoint(config: TrainingConfig, classes: number): Promise<StartingPoint> {
  const { from, model: wanted, auxiliary = NO_AUXILIARY } = config;
  const weights = from === undefined ? undefined : await openWeights(from, given({ numHeads: wanted.numHeads }));
  const base = weights?.config ?? variantConfig("pup-small");
  if ((wanted.decoder?.type ?? base.decoder.type) === "none") {
    const expected = "expected a decoder to train, found an encoder alone (name one in model.decoder)";
    throw new TrainingError("no-decoder", `model: ${expected}`);
  }
  const model = parseConfig({ ...base, ...given(wanted), numClasses: classes });
  checkAuxiliary(auxiliary, model);
  return { model, weights };
}

/** The fields that are there. */
function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function checkAuxiliary({ layers, labelStride }: AuxiliaryLoss, { depth, imageHeight, imageWidth }: SetrConfig): void {
  const beyond = layers.find((layer) => layer > depth);
  if (beyond !== undefined) {
    const message = `auxiliary.layers: expected layers 1 to ${depth}, found ${beyond}`;
    throw new TrainingError("auxiliary", message);
  }
  const shorter = Math.min(imageHeight, imageWidth);
  if (labelStride > shorter) {
    const message = `auxiliary.labelStride: expected at most the model's shorter side, ${shorter}, found ${labelStride}`;
    throw new TrainingError("auxiliary", message);
  }
}

/** What of a checkpoint fits a model. */
export interface GivenParameters {
  readonly values: ReadonlyMap<string, NdArray>;
  /** Tensors that the checkpoint lacks or has in another shape, which begin at random. */
  readonly fresh: readonly string[];
}

/**
 * The tensors of a checkpoint that fit the model, position embeddings interpolated to its grid.
 *
 * @param shapes all tensors of the training
 */
export async function givenParameters(
  { model, weights }: StartingPoint,
  shapes: ReadonlyMap<string, readonly number[]>,
): Promise<GivenParameters> {
  const values = new Map<string, NdArray>();
  if (!weights) return { values, fresh: [...shapes.keys()] };
  const offer = (name: string, value: NdArray) => {
    if (shapes.get(name)?.join() === value.shape.join()) values.set(name, value);
  };
  offer("backbone.pos_embed", resizePosEmbed(weights.posEmbed, gridSize(weights.config), gridSize(model)));
  await readParameters(weights, shapes.keys(), (name, data) => {
    offer(name, { shape: weights.parameters.get(name)!.shape, data: data.slice() });
  });
  return { values, fresh: [...shapes.keys()].filter((name) => !values.has(name)) };
}
