import { basename } from "node:path";
import type { AttentionMapOptions } from "./analysis/attentionMap";
import type { RecipeWords } from "./figureRecipe";
import type { Photo } from "./image/photo";
import { gridSize } from "./model/config";
import type { Setr } from "./setr";
import { version } from "./version";

/** How a figure came to be, as its caption and its file's metadata say it. */
export type FigureRecipe = Readonly<Record<string, string>>;

const HASH_LENGTH = 12;

/**
 * The recipe of a figure: what was done, with which weights, on which photo.
 *
 * @param model the model used
 * @param figure e.g. "Figure 2"
 * @param method what was computed, in words
 * @param photos the photos used, if any
 * @param account whose account of the figure is followed, if one of `figureRecipe`
 */
export function recipe(
  model: Setr,
  figure: string,
  method: string,
  photos: readonly Photo[] = [],
  account?: Pick<RecipeWords, "name" | "summary">,
): FigureRecipe {
  const { weights } = model;
  const hash = weights.sha256.slice(0, HASH_LENGTH);
  const names = photos.map((photo) => photo.name).join(", ");
  return {
    figure,
    method,
    ...(account ? { recipe: `${account.name} (${account.summary})` } : {}),
    weights: `${basename(weights.path)} (sha256 ${hash}${weights.trained ? "" : ", untrained"})`,
    input: inputText(model),
    ...(photos.length > 0 ? { photo: names } : {}),
    engine: model.engineTitle,
    software: `setr ${version}`,
  };
}

/** The input's size, and what was done to pixels and positions where it is not the usual. */
function inputText({ config, weights, grid }: Setr): string {
  const from = gridSize(weights.config);
  const resized = from.height !== grid.height || from.width !== grid.width;
  return [
    `${config.imageHeight}x${config.imageWidth} px`,
    ...(config.normalisation === "half" ? ["scaled to -1..1"] : []),
    ...(resized ? [`positions interpolated from ${from.height}x${from.width}`] : []),
  ].join(", ");
}

/**
 * An attention method in words, with the values of all its options.
 *
 * @param options as given to the attention map
 * @param depth number of layers of the model
 */
export function attentionMethodText(options: AttentionMapOptions, depth: number): string {
  const { method = "rollout", layer = depth, headFusion = "mean", attentionWeight = 0.5, discardRatio = 0 } = options;
  const heads = options.head === undefined ? `heads fused by ${headFusion}` : `head ${options.head + 1}`;
  const relative = options.relative ? ", relative to the mean of all points" : "";
  if (method !== "rollout") return `${method}, layer ${layer}, ${heads}${relative}`;
  const discarded = discardRatio > 0 ? `, smallest ${100 * discardRatio} % discarded` : "";
  const mix = `${attentionWeight} A + ${1 - attentionWeight} I${discarded}`;
  return `attention rollout through layers 1-${layer}, ${heads}, ${mix}${relative}`;
}
