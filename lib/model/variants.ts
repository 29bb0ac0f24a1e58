import { ConfigError } from "../errors";
import { checkConfig, type DecoderConfig, type SetrConfig } from "./config";

/** Encoder sizes. Source: SETR, table 1 (T-Base, T-Large); "small" is ours: T-Large's 24 layers at an eighth of its width. */
const ENCODERS = {
  large: { embedDim: 1024, depth: 24, numHeads: 16, mlpDim: 4096 },
  base: { embedDim: 768, depth: 12, numHeads: 12, mlpDim: 3072 },
  small: { embedDim: 128, depth: 24, numHeads: 4, mlpDim: 512 },
} as const;

const DECODERS = ["pup", "naive", "mla"] as const;

/** Names of all variants: a decoder and an encoder size, e.g. `pup-large`. */
export const VARIANTS: readonly string[] = DECODERS.flatMap((decoder) =>
  Object.keys(ENCODERS).map((size) => `${decoder}-${size}`),
);

/**
 * The configuration of a named variant.
 *
 * @param variant one of `VARIANTS`
 * @param options image size in pixels (default 480, as for Pascal Context) and number of classes (default 60)
 * @throws ConfigError `variant` for an unknown name; `image-size` when it is no multiple of 16
 */
export function variantConfig(
  variant: string,
  options: { imageHeight?: number; imageWidth?: number; numClasses?: number } = {},
): SetrConfig {
  const [decoder, size] = variant.split("-");
  if (!VARIANTS.includes(variant)) {
    throw new ConfigError("variant", `variant: expected one of ${VARIANTS.join(", ")}, found ${variant}`);
  }
  const encoder = ENCODERS[size as keyof typeof ENCODERS];
  const imageHeight = options.imageHeight ?? 480;
  return checkConfig({
    imageHeight,
    imageWidth: options.imageWidth ?? imageHeight,
    patchSize: 16,
    ...encoder,
    numClasses: options.numClasses ?? 60,
    normalisation: "imagenet",
    decoder: decoderConfig(decoder as (typeof DECODERS)[number], size === "small", encoder.depth),
  });
}

function decoderConfig(type: (typeof DECODERS)[number], small: boolean, depth: number): DecoderConfig {
  const order = "official";
  if (type !== "mla") return { type, channels: small ? 64 : 256, order };
  return { type, layers: quarterLayers(depth), channels: small ? 64 : 256, headChannels: small ? 32 : 128, order };
}

/**
 * The four layers that MLA reads: a quarter of the depth apart, the last one included; (6, 12, 18, 24) of 24.
 *
 * @param depth number of layers, at least 4
 * @throws ConfigError `layers` when there are fewer than 4 layers
 */
export function quarterLayers(depth: number): [number, number, number, number] {
  if (depth < 4) throw new ConfigError("layers", `MLA: expected at least 4 layers, found ${depth}`);
  return [1, 2, 3, 4].map((quarter) => Math.floor((quarter * depth) / 4)) as [number, number, number, number];
}
