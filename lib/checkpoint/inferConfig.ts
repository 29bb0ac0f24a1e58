import { CheckpointError } from "../errors";
import { checkConfig, type DecoderConfig, type Normalisation, type SetrConfig } from "../model/config";
import { quarterLayers } from "../model/variants";
import { REASONS } from "./families/family";
import type { MappedFile } from "./mapNames";

/** What cannot be read off the weights and may be said by the caller. */
export interface InferenceHints {
  /** Attention heads per layer; without it, width / 64. */
  readonly numHeads?: number;
  /** How pixels are normalised; guessed from the family without it. */
  readonly normalisation?: Normalisation;
}

/** A configuration and, for every value that had to be assumed, a sentence. */
export interface InferredConfig {
  readonly config: SetrConfig;
  readonly notes: readonly string[];
}

/**
 * Reads a model's configuration off the shapes of its tensors, under the model's own names.
 *
 * The head count leaves no trace in most families: it comes from `hints` or is assumed to be width / 64. The grid is taken
 * to be square. MLA's four layers are taken to be a quarter of the depth apart.
 *
 * @throws CheckpointError `tensor-missing`, `tensor-shape`, `not-setr`; ConfigError where the shapes contradict each other
 */
export function inferConfig(mapped: MappedFile, hints: InferenceHints = {}): InferredConfig {
  const [embedDim, , patchSize] = shapeOf(mapped, "backbone.patch_embed.proj.weight", 4) as [number, number, number];
  const depth = countLayers(mapped);
  const mlpDim = shapeOf(mapped, "backbone.blocks.0.mlp.fc1.weight", 2)[0]!;
  const { numHeads, notes } = inferHeads(mapped, embedDim, hints);
  const { decoder, numClasses } = inferDecoder(mapped, depth);
  const size = gridSide(mapped, embedDim) * patchSize;
  const encoder = { imageHeight: size, imageWidth: size, patchSize, embedDim, depth, numHeads, mlpDim };
  const pixels = inferNormalisation(mapped, hints);
  const config = checkConfig({ ...encoder, numClasses, decoder, normalisation: pixels.normalisation });
  return { config, notes: [...notes, ...pixels.notes] };
}

function inferHeads(mapped: MappedFile, embedDim: number, hints: InferenceHints) {
  const known = mapped.numHeads ?? hints.numHeads;
  if (mapped.numHeads !== undefined && hints.numHeads !== undefined && mapped.numHeads !== hints.numHeads) {
    const message = `expected ${mapped.numHeads} heads, as its kernels show, found ${hints.numHeads} asked for`;
    throw new CheckpointError("heads", `${mapped.file.path}: ${message}`);
  }
  if (known !== undefined) return { numHeads: known, notes: [] };
  const numHeads = Math.max(1, Math.round(embedDim / 64));
  const note = `heads: assumed ${numHeads} (width ${embedDim} / 64), since weights do not show them; give --heads to set them`;
  return { numHeads, notes: [note] };
}

/** Whether row 1 of the position embeddings belongs to a distillation token, which is left out. */
export function hasDistillationToken(mapped: MappedFile): boolean {
  return mapped.ignored.some(({ reason }) => reason === REASONS.distillation);
}

function gridSide(mapped: MappedFile, embedDim: number): number {
  const shape = shapeOf(mapped, "backbone.pos_embed", 3);
  const extra = hasDistillationToken(mapped) ? 2 : 1;
  const side = Math.sqrt(shape[1]! - extra);
  if (Number.isInteger(side) && side >= 1) return side;
  throw new CheckpointError(
    "tensor-shape",
    `${mapped.file.path}: backbone.pos_embed: expected [1, ${extra} + n * n, ${embedDim}] for a square grid, found [${shape.join(", ")}]`,
  );
}

/** Number of layers: one more than the highest index, which must not be far beyond the number of tensors. */
function countLayers(mapped: MappedFile): number {
  const indices = [...mapped.tensors.keys()].map((name) => /^backbone\.blocks\.(\d{1,4})\./.exec(name)?.[1]);
  const depth = 1 + Math.max(-1, ...indices.filter((index) => index !== undefined).map(Number));
  if (depth <= mapped.tensors.size) return depth;
  throw new CheckpointError(
    "tensor-missing",
    `${mapped.file.path}: expected tensors of ${depth} layers, found ${mapped.tensors.size} tensors in all`,
  );
}

/** Where PUP and Naive keep their classifiers. */
const CLASSIFIERS = [
  ["pup", "decode_head.conv_4.weight"],
  ["naive", "decode_head.conv_1.weight"],
] as const;

function inferDecoder(mapped: MappedFile, depth: number): { decoder: DecoderConfig; numClasses: number } {
  const length = (name: string) => shapeOf(mapped, name, 4)[0]!;
  const has = (name: string) => mapped.tensors.has(name);
  const order = mapped.family.name === "mmseg" ? "mmseg" : "official";
  if (has("decode_head.mlahead.head2.0.weight")) {
    const channels = length("backbone.mla.mla_p2_1x1.0.weight");
    const headChannels = length("decode_head.mlahead.head2.0.weight");
    const decoder = { type: "mla", layers: quarterLayers(depth), channels, headChannels, order } as const;
    return { decoder, numClasses: length("decode_head.cls.weight") };
  }
  const present = CLASSIFIERS.find(
    ([type, name]) => has(name) && (type === "pup" || !has("decode_head.conv_2.weight")),
  );
  if (present) {
    const [type, classifier] = present;
    return { decoder: { type, channels: length("decode_head.conv_0.weight"), order }, numClasses: length(classifier) };
  }
  const head = [...mapped.tensors.keys(), ...mapped.unknown].find((name) => /^(decode_head|neck)\./.test(name));
  if (head === undefined) return { decoder: { type: "none" }, numClasses: 0 };
  throw new CheckpointError("not-setr", `${mapped.file.path}: expected a Naive, PUP or MLA decoder, found ${head}`);
}

/**
 * How the pixels were normalised in training, which leaves no trace in the weights: SETR and DeiT by ImageNet's means and
 * deviations, Google's vision transformers and their copies in timm and Hugging Face from -1 to 1.
 */
function inferNormalisation(mapped: MappedFile, hints: InferenceHints) {
  const { family, wrapper, tensors } = mapped;
  if (hints.normalisation) return { normalisation: hints.normalisation, notes: [] };
  if (family.name === "official" || family.name === "mmseg") return { normalisation: "imagenet" as const, notes: [] };
  const names = [...tensors.values()].flatMap(({ parts }) => parts.map(({ tensor }) => tensor.name));
  const isDeit = hasDistillationToken(mapped) || wrapper === "model" || names.some((name) => name.startsWith("deit."));
  const normalisation: Normalisation = isDeit ? "imagenet" : "half";
  const text = isDeit ? "by ImageNet's means, as for DeiT" : "from -1 to 1, as for Google's vision transformers";
  const note = `pixels: assumed to be normalised ${text}; give --normalisation to set it`;
  return { normalisation, notes: [note] };
}

function shapeOf(mapped: MappedFile, name: string, axes: number): readonly number[] {
  const tensor = mapped.tensors.get(name);
  if (!tensor) {
    const found = `${mapped.tensors.size} others`;
    throw new CheckpointError("tensor-missing", `${mapped.file.path}: expected a tensor for ${name}, found ${found}`);
  }
  if (tensor.shape.length === axes && !tensor.shape.includes(0)) return tensor.shape;
  const found = `[${tensor.shape.join(", ")}]`;
  throw new CheckpointError(
    "tensor-shape",
    `${mapped.file.path}: ${name}: expected ${axes} axes, none empty, found ${found}`,
  );
}
