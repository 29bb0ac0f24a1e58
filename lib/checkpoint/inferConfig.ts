import { CheckpointError } from "../errors";
import { checkConfig, type DecoderConfig, type SetrConfig } from "../model/config";
import { quarterLayers } from "../model/variants";
import type { StoredTensor, TensorFile } from "./tensorFile";

/** What cannot be read off the weights and may be said by the caller. */
export interface InferenceHints {
  /** Attention heads per layer; without it, width / 64. */
  readonly numHeads?: number;
}

/** A configuration and, for every value that had to be assumed, a sentence. */
export interface InferredConfig {
  readonly config: SetrConfig;
  readonly notes: readonly string[];
}

/**
 * Reads a model's configuration off the shapes of its tensors, named as the official SETR release names them.
 *
 * The head count leaves no trace in the weights: it comes from `hints` or is assumed to be width / 64. The grid is taken
 * to be square. MLA's four layers are taken to be a quarter of the depth apart.
 *
 * @throws CheckpointError `tensor-missing`, `tensor-shape`, `not-setr`; ConfigError where the shapes contradict each other
 */
export function inferConfig(file: TensorFile, hints: InferenceHints = {}): InferredConfig {
  const patchWeight = shapeOf(file, "backbone.patch_embed.proj.weight", 4);
  const posEmbed = shapeOf(file, "backbone.pos_embed", 3);
  const fc1 = shapeOf(file, "backbone.blocks.0.mlp.fc1.weight", 2);
  const [embedDim, , patchSize] = patchWeight as [number, number, number];
  const side = Math.sqrt((posEmbed[1] as number) - 1);
  if (!Number.isInteger(side) || side < 1) {
    const found = `[${posEmbed.join(", ")}]`;
    throw new CheckpointError(
      "tensor-shape",
      `${file.path}: backbone.pos_embed: expected [1, 1 + n * n, ${embedDim}] for a square grid, found ${found}`,
    );
  }
  const depth = 1 + Math.max(...layerIndices(file));
  const numHeads = hints.numHeads ?? Math.max(1, Math.round(embedDim / 64));
  const notes = hints.numHeads
    ? []
    : [`heads: assumed ${numHeads} (width ${embedDim} / 64), since weights do not show them; give --heads to set them`];
  const { decoder, numClasses } = inferDecoder(file, depth);
  const size = side * patchSize;
  const config = { imageHeight: size, imageWidth: size, patchSize, embedDim, depth, numHeads };
  return { config: checkConfig({ ...config, mlpDim: fc1[0] as number, numClasses, decoder }), notes };
}

function layerIndices(file: TensorFile): number[] {
  const matches = [...file.tensors.keys()].map((name) => /^backbone\.blocks\.(\d{1,4})\./.exec(name));
  return matches.filter((match) => match !== null).map((match) => Number(match[1]));
}

function inferDecoder(file: TensorFile, depth: number): { decoder: DecoderConfig; numClasses: number } {
  const has = (name: string) => file.tensors.has(name);
  if (has("decode_head.mlahead.head2.0.weight")) {
    const channels = shapeOf(file, "backbone.mla.mla_p2_1x1.0.weight", 4)[0] as number;
    const headChannels = shapeOf(file, "decode_head.mlahead.head2.0.weight", 4)[0] as number;
    const numClasses = shapeOf(file, "decode_head.cls.weight", 4)[0] as number;
    return { decoder: { type: "mla", layers: quarterLayers(depth), channels, headChannels }, numClasses };
  }
  const type = has("decode_head.conv_4.weight") ? "pup" : has("decode_head.conv_1.weight") ? "naive" : "none";
  if (type === "none") {
    const head = [...file.tensors.keys()].find((name) => name.startsWith("decode_head."));
    if (head === undefined) return { decoder: { type }, numClasses: 0 };
    throw new CheckpointError("not-setr", `${file.path}: expected a Naive, PUP or MLA decoder, found ${head}`);
  }
  const channels = shapeOf(file, "decode_head.conv_0.weight", 4)[0] as number;
  const classifier = type === "pup" ? "decode_head.conv_4.weight" : "decode_head.conv_1.weight";
  return { decoder: { type, channels }, numClasses: shapeOf(file, classifier, 4)[0] as number };
}

function shapeOf(file: TensorFile, name: string, axes: number): readonly number[] {
  const entry: StoredTensor | undefined = file.tensors.get(name);
  if (!entry) {
    const found = file.tensors.size === 0 ? "an empty file" : `${file.tensors.size} others`;
    throw new CheckpointError("tensor-missing", `${file.path}: expected a tensor named ${name}, found ${found}`);
  }
  if (entry.shape.length !== axes || entry.shape.includes(0)) {
    throw new CheckpointError(
      "tensor-shape",
      `${file.path}: ${name}: expected ${axes} axes, none empty, found [${entry.shape.join(", ")}]`,
    );
  }
  return entry.shape;
}
