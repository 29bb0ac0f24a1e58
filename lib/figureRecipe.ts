import { similarityOf } from "./activations";
import type { AttentionMapOptions } from "./analysis/attentionMap";
import type { ColourRange } from "./analysis/colourBasis";
import { positionSimilarity } from "./analysis/similarity";
import type { NdArray } from "./arrays";
import { cosineProduct } from "./engine/cosineProduct";
import { AnalysisError } from "./errors";
import { fitFeatureBasis } from "./featureBasis";
import { featureTiles } from "./featureTiles";
import type { ColorMapName } from "./figure/colorMaps";
import type { FeatureTile } from "./figure/features";
import { type GridSize, gridSize } from "./model/config";
import { resizePosEmbed } from "./model/posEmbed";
import type { Run, Setr } from "./setr";

/**
 * Whose account of a figure is followed: the paper's words, the authors' released scripts (`vis_setr`, which do not run on
 * the released model), or this project.
 */
export const RECIPE_NAMES = ["paper", "authors-script", "ours"] as const;

/** One of `RECIPE_NAMES`. */
export type RecipeName = (typeof RECIPE_NAMES)[number];

/** What all recipes have. */
export interface RecipeWords {
  readonly name: RecipeName;
  /** What is done, in a phrase; stamped on the figure. */
  readonly summary: string;
  /** How it differs from the other accounts and what it leaves open, in sentences. */
  readonly explanation: string;
}

/** How Figure 1 is made. */
export interface PositionRecipe extends RecipeWords {
  readonly figure: 1;
  /** Whether the checkpoint's embeddings are first enlarged, corners aligned; see `recipeSimilarity`. */
  readonly enlarged: boolean;
  /** For `positionSimilarityFigure`. */
  readonly options: { readonly range: "tile" | "shared"; readonly colorMap: ColorMapName };
}

/** How Figures 2 and 4 are made. */
export interface AttentionRecipe extends RecipeWords {
  readonly figure: 2 | 4;
  /** For `attentionMap`. */
  readonly attention: AttentionMapOptions;
  /** For `attentionFigure` and `attentionGalleryFigure`. */
  readonly options: { readonly range: "map"; readonly colorMap: ColorMapName };
}

/** How Figure 3 is made. */
export interface FeatureRecipe extends RecipeWords {
  readonly figure: 3;
  /** Whether the components are those of each picture or of all pictures together. */
  readonly fit: "picture" | "all";
  /** Whether the range is one over the three components or one for each. */
  readonly range: ColourRange;
  /** For `featuresFigure`. */
  readonly options: { readonly interpolation: "smooth"; readonly note: string };
}

/** What the authors' scripts for Figures 2 and 4 leave to be set by hand. */
export interface ScriptOptions {
  /** False (default): the point's row, what it looks at. True: its column, who looks at it. */
  readonly column?: boolean;
  /** 0-based; the first by default. */
  readonly head?: number;
  /** 1..L; the last by default. */
  readonly layer?: number;
}

/**
 * The options with which a figure follows one account of it, and what sets this account apart, in words.
 *
 * @param figure number in the SETR supplement
 * @param name whose account
 * @param script for `authors-script` of Figures 2 and 4 only
 * @throws AnalysisError `recipe` for an unknown figure or name, or script options where there are none
 * Source: SETR supplement, section A and its Figures 1 to 4; the authors' release (fudan-zvg/SETR), folder vis_setr, and
 * their answer in issue 31 there.
 */
export function figureRecipe(figure: 1, name: RecipeName): PositionRecipe;
export function figureRecipe(figure: 2 | 4, name: RecipeName, script?: ScriptOptions): AttentionRecipe;
export function figureRecipe(figure: 3, name: RecipeName): FeatureRecipe;
export function figureRecipe(
  figure: 1 | 2 | 3 | 4,
  name: RecipeName,
  script?: ScriptOptions,
): PositionRecipe | AttentionRecipe | FeatureRecipe {
  if (!RECIPE_NAMES.includes(name)) refuse(`one of ${RECIPE_NAMES.join(", ")}, found ${name}`);
  if (script && !(name === "authors-script" && (figure === 2 || figure === 4))) {
    refuse(`script options with authors-script of figures 2 and 4 only, found them with ${name} of figure ${figure}`);
  }
  if (figure === 1) return POSITION[name];
  if (figure === 3) return FEATURES[name];
  if (figure !== 2 && figure !== 4) return refuse(`figure 1 to 4, found ${figure}`);
  return { figure, ...(name === "authors-script" ? scriptAttention(script ?? {}) : ATTENTION[name]) };
}

function refuse(expectation: string): never {
  throw new AnalysisError("recipe", `recipe: expected ${expectation}`);
}

const POSITION: Readonly<Record<RecipeName, PositionRecipe>> = {
  paper: {
    figure: 1,
    name: "paper",
    summary: "cosine similarity of the model's own position embeddings, one range",
    explanation:
      "The caption says: tiles show the cosine similarity between the position embedding of the patch with the " +
      "indicated row and column and those of all other patches. It names neither colours nor range; one range over all " +
      "tiles is taken here, so that a colour is the same cosine everywhere.",
    enlarged: false,
    options: { range: "shared", colorMap: "viridis" },
  },
  "authors-script": {
    figure: 1,
    name: "authors-script",
    summary: "checkpoint's embeddings enlarged bilinearly with corners aligned, each tile in its own range",
    explanation:
      "The script does not read SETR's weights but the embedding of an ImageNet ViT-L/16 at 384 pixels: it drops the " +
      "class token, enlarges 24x24 to 30x30 bilinearly with corners aligned, and colours each tile of cosines with " +
      "viridis in the tile's own range. Open such a checkpoint to have the script's own input; with any other, its grid " +
      "is enlarged by the same factor.",
    enlarged: true,
    options: { range: "tile", colorMap: "viridis" },
  },
  ours: {
    figure: 1,
    name: "ours",
    summary: "cosine similarity of the model's own position embeddings, each tile in its own range",
    explanation:
      "The embeddings are those of the opened checkpoint, as the paper has it, at the grid in use; colours are the " +
      "script's, each tile in its own range, which shows the shape of weak tiles but not that they are weak.",
    enlarged: false,
    options: { range: "tile", colorMap: "viridis" },
  },
};

const ATTENTION: Readonly<Record<"paper" | "ours", Omit<AttentionRecipe, "figure">>> = {
  paper: {
    name: "paper",
    summary: "attention rollout through all layers, heads averaged",
    explanation:
      "The text says: 16 heads and 24 layers; similar to Abnar and Zuidema, a recursion perspective is applied. That is " +
      "attention rollout. The text leaves open how heads are fused and how much weight the residual connection has; " +
      "their mean and one half are Abnar and Zuidema's. It names no colours.",
    attention: { method: "rollout", headFusion: "mean", attentionWeight: 0.5 },
    options: { range: "map", colorMap: "viridis" },
  },
  ours: {
    name: "ours",
    summary: "attention rollout through all layers, heads averaged, relative to the mean of all points",
    explanation:
      "Rollout as in the paper, divided by the mean over all points, less 1: what the point has more of than the " +
      "average point. Without it, maps of different points look alike, as a few patches are looked at by all.",
    attention: { method: "rollout", headFusion: "mean", attentionWeight: 0.5, relative: true },
    options: { range: "map", colorMap: "viridis" },
  },
};

function scriptAttention({ column = false, head = 0, layer }: ScriptOptions): Omit<AttentionRecipe, "figure"> {
  const where = `${layer === undefined ? "last layer" : `layer ${layer}`}, head ${head + 1}`;
  return {
    name: "authors-script",
    summary: `${where}: softmax ${column ? "column" : "row"} of the point`,
    explanation:
      `The script draws one head of the last layer: the point's softmax ${column ? "column" : "row"} ` +
      `(${column ? "who looks at the point, in jet" : "what the point looks at, in Blues"}). A function for rollout is ` +
      "defined in it but never called. It has both the row and the column; asked which, the authors answered to take " +
      "the row. Which head was drawn is not said.",
    attention: {
      method: column ? "attention-from" : "attention-to",
      head,
      ...(layer === undefined ? {} : { layer }),
    },
    options: { range: "map", colorMap: column ? "jet" : "Blues" },
  };
}

const OWN_FIT =
  "First three principal components as red, green and blue, fitted on this picture for each layer; one range for the three.";

const FEATURES: Readonly<Record<RecipeName, FeatureRecipe>> = {
  paper: {
    figure: 3,
    name: "paper",
    summary: "three principal components of each layer, fitted on the picture",
    explanation:
      "The text says which features are collected (Z1 to Z24, and U1 to U5 right after each interpolation), not how " +
      "they become colours. Principal components are the script's; as the figure has one picture, they are fitted on it.",
    fit: "picture",
    range: "joint",
    options: { interpolation: "smooth", note: OWN_FIT },
  },
  "authors-script": {
    figure: 3,
    name: "authors-script",
    summary: "three principal components of each layer, fitted on all pictures together, one range for all",
    explanation:
      "The script fits the components on the patches of all pictures together, scales all three with one minimum and " +
      "maximum over all pictures, and enlarges the result bilinearly to 480 pixels. Colours can be compared between " +
      "pictures, but each picture uses only a part of them.",
    fit: "all",
    range: "joint",
    options: {
      interpolation: "smooth",
      note: "First three principal components as red, green and blue, fitted on all pictures together for each layer; one range for all.",
    },
  },
  ours: {
    figure: 3,
    name: "ours",
    summary: "three principal components of each layer, fitted on the picture, one range for the three",
    explanation:
      "Components are the script's, fitted on each picture alone, so that it uses all colours; a colour says nothing " +
      "from one picture, or one layer, to another. A feature basis fitted on several pictures makes colours comparable, " +
      "and mean, norm or single channels show values in place of components.",
    fit: "picture",
    range: "joint",
    options: { interpolation: "smooth", note: OWN_FIT },
  },
};

/** The script's enlargement, 24 to 30. */
const ENLARGEMENT = 5 / 4;

/**
 * The similarity of position embeddings as a recipe for Figure 1 has it.
 *
 * @param model an opened model
 * @param recipe of Figure 1
 * @param grid for an enlarging recipe: the grid to enlarge the checkpoint's own to; by default 5/4 of it, the script's 24 to 30
 * @returns [P, P] and the grid, P = height * width
 */
export async function recipeSimilarity(
  model: Pick<Setr, "posEmbed" | "weights" | "config">,
  recipe: PositionRecipe,
  grid?: GridSize,
): Promise<{ readonly similarity: NdArray; readonly grid: GridSize }> {
  if (!recipe.enlarged) return { similarity: await similarityOf(model), grid: gridSize(model.config) };
  const from = gridSize(model.weights.config);
  const larger = (length: number) => Math.round(ENLARGEMENT * length);
  const to = grid ?? { height: larger(from.height), width: larger(from.width) };
  const resized = resizePosEmbed(model.weights.posEmbed, from, to, { mode: "bilinear", alignCorners: true });
  return { similarity: await positionSimilarity(resized, to.height * to.width, cosineProduct), grid: to };
}

/**
 * Pictures of features as a recipe for Figure 3 has it.
 *
 * @param runs one per picture, of one model, that captured the names
 * @param names e.g. ["Z1", "Z2", "U1"]
 * @param recipe of Figure 3
 * @returns tiles, one list per run
 * @throws as `fitFeatureBasis` and `featureTiles`
 */
export async function recipeTiles(
  runs: readonly Run[],
  names: readonly string[],
  recipe: FeatureRecipe,
): Promise<FeatureTile[][]> {
  const { fit, range } = recipe;
  const together = fit === "all" ? await fitFeatureBasis(runs, names, { range }) : undefined;
  const tiles: FeatureTile[][] = [];
  for (const run of runs) {
    const basis = together ?? (await fitFeatureBasis(run, names, { range }));
    tiles.push(await featureTiles(run, names, "pca", 0, { basis }));
  }
  return tiles;
}
