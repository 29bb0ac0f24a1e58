import { existsSync } from "node:fs";
import { join } from "node:path";
import { type SetrConfig, variantConfig, writeUntrainedWeights } from "setr";
import { METADATA } from "setr/dist/checkpoint/metadata";
import { openSafetensors } from "setr/dist/checkpoint/safetensors";
import { parseConfig } from "setr/dist/model/config";
import { FOLDER, ROOT } from "./paths";

/** A model that is measured. */
export interface BenchModel {
  readonly name: string;
  /** In words, for the table's heading. */
  readonly title: string;
  /** Of random values; without it, the weights in the box. */
  readonly config?: SetrConfig;
  /** Measures fresh processes alone, where a pass takes many seconds. */
  readonly onlyFresh?: boolean;
}

const sized = (variant: string, imageHeight: number) => variantConfig(variant, { imageHeight });

/** The weights in the box, and the paper's sizes with random values, which take as long as trained ones. */
export const MODELS: readonly BenchModel[] = [
  { name: "scenes", title: "Scenes (the weights in the box), 240x240" },
  { name: "base-480", title: "T-Base, PUP, 480x480", config: sized("pup-base", 480) },
  { name: "large-480", title: "T-Large, PUP, 480x480", config: sized("pup-large", 480) },
  { name: "large-768", title: "T-Large, PUP, 768x768 (2305 tokens)", config: sized("pup-large", 768), onlyFresh: true },
];

/** The weights in the box. */
export const SCENES_WEIGHTS = join(ROOT, "weights", "setr-pup-scenes.safetensors");

/** The weight file of a model, written when it is not there. */
export async function weightsOf({ name, config }: BenchModel): Promise<string> {
  return config ? untrainedWeights(name, config) : SCENES_WEIGHTS;
}

/** A file of random values under a name, written when it is not there. */
export async function untrainedWeights(name: string, config: SetrConfig): Promise<string> {
  const path = join(FOLDER, `${name}.safetensors`);
  if (existsSync(path)) return path;
  console.error(`${name}: writing random weights`);
  await writeUntrainedWeights(path, config, 1);
  return path;
}

/** The configuration that a weight file states. */
export async function configOf(weights: string): Promise<SetrConfig> {
  const { metadata } = await openSafetensors(weights);
  return parseConfig(JSON.parse(metadata[METADATA.config] ?? "null"));
}
