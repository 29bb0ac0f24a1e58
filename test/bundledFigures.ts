import { setImmediate } from "node:timers/promises";
import { attentionMapOf, similarityOf } from "../lib/activations";
import { meanStatistics } from "../lib/analysis/attentionDistance";
import { differenceOf } from "../lib/analysis/difference";
import { similarityProfiles } from "../lib/analysis/similarityProfiles";
import { attentionAtlas, attentionStatisticsOf, rolloutLayers } from "../lib/attentionHeads";
import { comparedRecipes, comparisonStrip } from "../lib/comparisonStrip";
import { featureTiles } from "../lib/featureTiles";
import { attentionFigure } from "../lib/figure/attention";
import { attentionAtlasFigure } from "../lib/figure/attentionAtlas";
import { attentionDistanceFigure } from "../lib/figure/attentionDistance";
import { attentionGalleryFigure } from "../lib/figure/attentionGallery";
import type { Figure } from "../lib/figure/description";
import { differenceOptions, differenceTiles } from "../lib/figure/differenceOptions";
import { featuresFigure } from "../lib/figure/features";
import { mapTilesFigure } from "../lib/figure/mapTiles";
import type { PageOptions } from "../lib/figure/page";
import { positionSimilarityFigure } from "../lib/figure/positionSimilarity";
import { rolloutLayersFigure } from "../lib/figure/rolloutLayers";
import { segmentationFigure } from "../lib/figure/segmentation";
import { similarityProfilesFigure } from "../lib/figure/similarityProfiles";
import { figureRecipe, RECIPE_NAMES, type RecipeName, recipeSimilarity, recipeTiles } from "../lib/figureRecipe";
import type { Photo } from "../lib/image/photo";
import { recipe } from "../lib/recipe";
import { classMask } from "../lib/segment";
import type { Run, Setr } from "../lib/setr";
import { SCENE_CLASSES } from "../lib/train/scenes/classes";

/** What the figures of a model are made of. */
export interface FigureSubject {
  readonly model: Setr;
  /** Of the same shape. */
  readonly other: Setr;
  readonly pictures: readonly Photo[];
  /** Of each picture, with all attention, features and class scores. */
  readonly runs: readonly Run[];
  /** Of the first picture, in the other model. */
  readonly otherRun: Run;
}

const point = { row: 9, col: 8 };
const points = [point, { row: 0, col: 0 }, { row: 14, col: 14 }];
const SIDES = ["setr-pup-scenes", "untrained"] as const;

/** Every figure that `setr figures` draws, Figures 1 to 4 by every recipe; others get to run in between. */
export async function allFigures(subject: FigureSubject, page: PageOptions): Promise<Record<string, Figure>> {
  const figures: Record<string, Figure> = {};
  for (const name of RECIPE_NAMES) {
    Object.assign(figures, await supplement(subject, page, name));
    await setImmediate();
  }
  for (const part of [explained, ofHeads, differences]) {
    Object.assign(figures, await part(subject, page));
    await setImmediate();
  }
  return figures;
}

async function supplement(
  { model, pictures, runs }: FigureSubject,
  page: PageOptions,
  name: RecipeName,
): Promise<Record<string, Figure>> {
  const [one, two, three] = [figureRecipe(1, name), figureRecipe(2, name), figureRecipe(3, name)];
  const stamped = (title: string, account: Pick<typeof one, "name" | "summary">) => {
    return { ...page, recipe: recipe(model, title, account.summary, pictures, account) };
  };
  const { similarity, grid } = await recipeSimilarity(model, one);
  const pairs = pictures.flatMap(({ image }, i) =>
    points.map((at) => ({ photo: image, point: at, map: attentionMapOf(runs[i], at, two.attention) })),
  );
  const names = [...runs[0].values.keys()];
  const tilesOf = (letter: string) => {
    const chosen = names.filter((each) => each.startsWith(letter));
    return recipeTiles(runs, chosen, three);
  };
  const [[encoder], [decoder]] = [await tilesOf("Z"), await tilesOf("U")];
  return {
    [`Figure 1, ${name}`]: positionSimilarityFigure(similarity, grid, { ...one.options, ...stamped("Figure 1", one) }),
    [`Figure 2, ${name}`]: attentionGalleryFigure(pairs, { ...two.options, ...stamped("Figure 2", two) }),
    [`Figure 3, ${name}`]: featuresFigure(
      { input: pictures[0].image, encoder, decoder },
      { ...three.options, ...stamped("Figure 3", three) },
    ),
    [`Figure 4, ${name}`]: attentionGalleryFigure(pairs, {
      ...two.options,
      ...stamped("Figure 4", two),
      pairsPerRow: 3,
    }),
  };
}

function explained({ model, pictures, runs }: FigureSubject, page: PageOptions): Record<string, Figure> {
  const [picture] = pictures;
  const labels = { height: 240, width: 240, classes: picture.labels! };
  const mask = classMask(runs[0].get("logits"));
  const relative = { relative: true };
  const maps = points.map((at) => ({ point: at, map: attentionMapOf(runs[0], at, relative), label: "rollout" }));
  const made = { ...page, recipe: recipe(model, "Segmentation", "class with the highest score", [picture]) };
  return {
    "Figure 5": segmentationFigure(picture.image, mask, { classNames: SCENE_CLASSES, labels, ...made }),
    "Figure 6": attentionFigure(picture.image, maps, made),
  };
}

async function ofHeads({ model, pictures, runs }: FigureSubject, page: PageOptions): Promise<Record<string, Figure>> {
  const [run] = runs;
  const photo = pictures[0].image;
  const made = { ...page, recipe: recipe(model, "Figures 7 to 11", "attention of every head", pictures) };
  const atlas = attentionAtlas(run, point);
  const statistics = meanStatistics(runs.map(attentionStatisticsOf));
  const [similarity, grid] = [await similarityOf(model), model.grid];
  const layers = rolloutLayers(run, point, { relative: true });
  return {
    "Figure 7": attentionAtlasFigure(atlas, { photo, point, ...made }),
    "Figure 7, sorted": attentionAtlasFigure(atlas, { sort: "entropy", ...made }),
    "Figure 8": attentionDistanceFigure(statistics, { measures: ["distance", "relative-entropy"], ...made }),
    "Figure 9": rolloutLayersFigure({ photo, point }, layers, made),
    "Figure 10": similarityProfilesFigure(similarityProfiles(similarity, grid, points), made),
    "Figure 11": comparisonStrip(run, photo, point, comparedRecipes(), made),
  };
}

async function differences(subject: FigureSubject, page: PageOptions): Promise<Record<string, Figure>> {
  const { model, other, pictures, runs, otherRun } = subject;
  const [run] = runs;
  const photo = pictures[0].image;
  const made = { ...page, recipe: recipe(model, "Figure 12", SIDES.join(" minus "), pictures) };
  const positions = differenceOf(await similarityOf(model), await similarityOf(other));
  const both = [run, otherRun].map((each) => attentionMapOf(each, point));
  const change = differenceOf(both[0], both[1]);
  const { colorMap, range } = differenceOptions([change], "attention", SIDES);
  const tiles = both.map((map, i) => ({ name: SIDES[i], map }));
  const names = Array.from({ length: model.config.depth }, (_, i) => `Z${i + 1}`);
  const norms = differenceTiles(await featureTiles(run, names, "norm"), await featureTiles(otherRun, names, "norm"));
  const images = norms.map(({ image }) => image);
  return {
    "Figure 12, positions": positionSimilarityFigure(positions, model.grid, {
      ...differenceOptions([positions], "cosine similarity", SIDES),
      ...made,
    }),
    "Figure 12": mapTilesFigure(
      { photo, point },
      [...tiles, { name: SIDES.join(" minus "), map: change, colorMap, range }],
      made,
    ),
    "Figure 12, features": featuresFigure(
      { input: photo, encoder: norms, decoder: [] },
      { ...differenceOptions(images, "L2 norm", SIDES), ...made },
    ),
  };
}
