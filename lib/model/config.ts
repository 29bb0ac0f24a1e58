import { z } from "zod";
import { ConfigError } from "../errors";

/**
 * Whose head it is. `official`, the authors' release: classes are scored before the last interpolation of Naive and PUP; MLA
 * aligns corners, joins the shallowest level first and scores with a 3x3 kernel. `mmseg`, mmsegmentation: classes are scored
 * after it, convolutions have no bias; MLA does not align corners, joins the deepest level first and scores with a 1x1 kernel.
 */
export type HeadOrder = "official" | "mmseg";

/** Which numbers pixels become: `imagenet` by channel means and deviations, `half` from -1 to 1. */
export type Normalisation = "imagenet" | "half";

/** One 1x1 convolution block, then classes, then one interpolation to the image. Source: SETR, section 3.3, Naive. */
export interface NaiveDecoder {
  readonly type: "naive";
  readonly channels: number;
  readonly order: HeadOrder;
}

/** Four 3x3 convolution blocks, each followed by a twofold interpolation. Source: SETR, section 3.3, PUP. */
export interface PupDecoder {
  readonly type: "pup";
  readonly channels: number;
  readonly order: HeadOrder;
}

/** Features of four layers, summed top-down, aggregated. Source: SETR, section 3.3, MLA. */
export interface MlaDecoder {
  readonly type: "mla";
  /** The four encoder layers read, 1-based, ascending, e.g. [6, 12, 18, 24]. */
  readonly layers: readonly [number, number, number, number];
  /** Channels of the top-down path. */
  readonly channels: number;
  /** Channels of each level before concatenation. */
  readonly headChannels: number;
  readonly order: HeadOrder;
}

/** An encoder alone. */
export interface NoDecoder {
  readonly type: "none";
}

/** One of the decoders of the SETR paper. */
export type DecoderConfig = NaiveDecoder | PupDecoder | MlaDecoder | NoDecoder;

/** Everything that the shapes of a SETR model follow from. */
export interface SetrConfig {
  /** Height and width of the input in pixels; multiples of `patchSize`. */
  readonly imageHeight: number;
  readonly imageWidth: number;
  /** Side of a patch in pixels. */
  readonly patchSize: number;
  /** Width C of the encoder. */
  readonly embedDim: number;
  /** Number L of encoder layers. */
  readonly depth: number;
  /** Attention heads H per layer; divides `embedDim`. */
  readonly numHeads: number;
  /** Hidden width of the feed-forward part. */
  readonly mlpDim: number;
  /** Number K of classes; 0 without a decoder. */
  readonly numClasses: number;
  readonly decoder: DecoderConfig;
  readonly normalisation: Normalisation;
}

/** Most layers a model may have; a bound for files that claim absurd ones. */
const MAX_DEPTH = 500;

const count = z.number().int().positive().max(1_000_000);
const order = z.enum(["official", "mmseg"]);
const decoderSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("naive"), channels: count, order }),
  z.strictObject({ type: z.literal("pup"), channels: count, order }),
  z.strictObject({
    type: z.literal("mla"),
    layers: z.tuple([count, count, count, count]),
    channels: count,
    headChannels: count,
    order,
  }),
  z.strictObject({ type: z.literal("none") }),
]);
const configSchema = z.strictObject({
  imageHeight: count,
  imageWidth: count,
  patchSize: count,
  embedDim: count,
  depth: count,
  numHeads: count,
  mlpDim: count,
  numClasses: z.number().int().min(0).max(100_000),
  decoder: decoderSchema,
  normalisation: z.enum(["imagenet", "half"]),
});

/**
 * Checks a configuration that came from outside.
 *
 * @param value anything, e.g. parsed JSON
 * @throws ConfigError `config-shape` when a field is missing, unknown or of the wrong kind; `depth`,
 *   `image-size`, `heads`, `layers`, `classes` when the fields contradict each other
 */
export function parseConfig(value: unknown): SetrConfig {
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigError("config-shape", `configuration: ${issue?.path.join(".") || "value"}: ${issue?.message}`);
  }
  return checkConfig(parsed.data);
}

/**
 * Checks that the fields of a configuration fit together, and returns it.
 *
 * @throws ConfigError `depth`, `image-size`, `heads`, `layers`, `classes`
 */
export function checkConfig(config: SetrConfig): SetrConfig {
  const { imageHeight, imageWidth, patchSize, embedDim, numHeads, depth, decoder, numClasses } = config;
  if (!Number.isInteger(depth) || depth < 1 || depth > MAX_DEPTH) {
    throw new ConfigError("depth", `layers: expected 1 to ${MAX_DEPTH}, found ${depth}`);
  }
  for (const length of [imageHeight, imageWidth]) {
    if (!Number.isInteger(length) || length <= 0 || length % patchSize !== 0) {
      throw new ConfigError(
        "image-size",
        `image size: expected a multiple of the patch size ${patchSize}, found ${length}`,
      );
    }
  }
  if (!Number.isInteger(numHeads) || numHeads <= 0 || embedDim % numHeads !== 0) {
    throw new ConfigError("heads", `heads: expected a divisor of the width ${embedDim}, found ${numHeads}`);
  }
  if (decoder.type === "mla" && decoder.layers.some((layer, i, all) => layer > depth || layer <= (all[i - 1] ?? 0))) {
    const found = decoder.layers.join(", ");
    throw new ConfigError("layers", `MLA layers: expected four ascending layers of ${depth}, found ${found}`);
  }
  if ((decoder.type === "none") !== (numClasses === 0)) {
    throw new ConfigError("classes", `classes: expected some with a decoder and 0 without, found ${numClasses}`);
  }
  return config;
}

/** Rows and columns of a patch grid. */
export interface GridSize {
  readonly height: number;
  readonly width: number;
}

/** The patch grid of an input. */
export function gridSize({ imageHeight, imageWidth, patchSize }: SetrConfig): GridSize {
  return { height: imageHeight / patchSize, width: imageWidth / patchSize };
}

/** Number P of patches. */
export function patchCount(config: SetrConfig): number {
  const { height, width } = gridSize(config);
  return height * width;
}

/** Whether the class token runs through the layers: MLA drops it before the first one, as the official release does. */
export function hasClassToken(config: SetrConfig): boolean {
  return config.decoder.type !== "mla";
}

/** Number N of tokens in every layer. */
export function tokenCount(config: SetrConfig): number {
  return patchCount(config) + (hasClassToken(config) ? 1 : 0);
}
