import { beforeAll, expect, test } from "vitest";
import { attentionMapOf } from "../lib/activations";
import { positionSimilarity } from "../lib/analysis/similarity";
import type { NdArray } from "../lib/arrays";
import { attentionAtlas, attentionStatisticsOf, rolloutLayers } from "../lib/attentionHeads";
import { comparisonStrip } from "../lib/comparisonStrip";
import { cosineProduct } from "../lib/engine/cosineProduct";
import { AnalysisError } from "../lib/errors";
import { featureTiles } from "../lib/featureTiles";
import { figureRecipe, RECIPE_NAMES, recipeSimilarity, recipeTiles } from "../lib/figureRecipe";
import { resizePosEmbed } from "../lib/model/posEmbed";
import { randomStream } from "../lib/random";
import { recipe } from "../lib/recipe";
import type { Run, Setr } from "../lib/setr";
import { runWith } from "./runWith";

const random = randomStream(7);
const array = (...shape: number[]): NdArray => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
});

/** Rows that sum to 1. */
function attention(heads: number, tokens: number): NdArray {
  const values = array(1, heads, tokens, tokens);
  for (let row = 0; row < heads * tokens; row++) {
    const line = values.data.subarray(row * tokens, (row + 1) * tokens);
    line.set(line.map(Math.exp));
    const sum = line.reduce((a, b) => a + b);
    line.set(line.map((value) => value / sum));
  }
  return values;
}

const config = {
  imageHeight: 32,
  imageWidth: 48,
  patchSize: 16,
  depth: 3,
  embedDim: 5,
  normalisation: "imagenet",
} as Run["config"];

function runOf(): Run {
  const layers = [1, 2, 3].map((layer) => [`A${layer}`, attention(2, 7)] as const);
  const values = new Map<string, NdArray>([...layers, ["Z1", array(1, 7, 5)]]);
  return runWith(config, values);
}

let runs: Run[];
beforeAll(() => {
  runs = [runOf(), runOf()];
});

const point = { row: 1, col: 2 };
const photo = { height: 2, width: 3, data: new Uint8Array(18) };

test("every figure has every recipe, each with its words", () => {
  for (const name of RECIPE_NAMES) {
    for (const made of [figureRecipe(1, name), figureRecipe(2, name), figureRecipe(3, name), figureRecipe(4, name)]) {
      expect(made.name).toBe(name);
      expect(made.explanation).toMatch(/\.$/);
    }
  }
});

test("the authors' script takes a row in Blues or a column in jet, of one head; the paper and we roll out", () => {
  const row = figureRecipe(2, "authors-script");
  expect([row.attention, row.options.colorMap]).toEqual([{ method: "attention-to", head: 0 }, "Blues"]);
  const column = figureRecipe(4, "authors-script", { column: true, head: 3, layer: 2 });
  expect(column.attention).toEqual({ method: "attention-from", head: 3, layer: 2 });
  expect([column.options.colorMap, column.summary]).toEqual(["jet", "layer 2, head 4: softmax column of the point"]);
  expect(figureRecipe(2, "paper").attention).toMatchObject({ method: "rollout" });
  expect(figureRecipe(2, "ours").attention).toMatchObject({ method: "rollout", relative: true });
});

test("what is no recipe is refused in one sentence", () => {
  expect(() => figureRecipe(1, "theirs" as "ours")).toThrow(
    "recipe: expected one of paper, authors-script, ours, found theirs",
  );
  expect(() => figureRecipe(5 as 4, "ours")).toThrow("recipe: expected figure 1 to 4, found 5");
  expect(() => figureRecipe(2, "ours", { head: 1 })).toThrow(AnalysisError);
});

test("the script's Figure 1 enlarges the checkpoint's grid by 5/4 with corners aligned, or to the grid asked for", async () => {
  const posEmbed = array(1, 1 + 16, 5);
  const stored = { ...config, imageHeight: 64, imageWidth: 64 };
  const model = { posEmbed, config: stored, weights: { posEmbed, config: stored } } as unknown as Setr;
  const own = await recipeSimilarity(model, figureRecipe(1, "ours"));
  expect([own.grid, own.similarity]).toEqual([
    { height: 4, width: 4 },
    await positionSimilarity(posEmbed, 16, cosineProduct),
  ]);
  const how = { mode: "bilinear", alignCorners: true } as const;
  const enlarged = resizePosEmbed(posEmbed, { height: 4, width: 4 }, { height: 5, width: 5 }, how);
  const script = await recipeSimilarity(model, figureRecipe(1, "authors-script"));
  expect([script.grid, script.similarity]).toEqual([
    { height: 5, width: 5 },
    await positionSimilarity(enlarged, 25, cosineProduct),
  ]);
  const asked = await recipeSimilarity(model, figureRecipe(1, "authors-script"), { height: 7, width: 3 });
  expect(asked.similarity.shape).toEqual([21, 21]);
});

test("the script's Figure 3 fits all pictures together, ours each alone", async () => {
  const ours = await recipeTiles(runs, ["Z1"], figureRecipe(3, "ours"));
  expect(ours).toEqual(await Promise.all(runs.map((run) => featureTiles(run, ["Z1"]))));
  const script = await recipeTiles(runs, ["Z1"], figureRecipe(3, "authors-script"));
  const bytes = script.flatMap(([tile]) => [...tile!.image.data]);
  expect([Math.min(...bytes), Math.max(...bytes)]).toEqual([0, 255]);
  expect(script).not.toEqual(ours);
});

test("the recipe followed is stamped on the figure", () => {
  const weights = { path: "/a/b.safetensors", sha256: "0123456789abcdef", trained: true, config };
  const model = { weights, config, grid: { height: 2, width: 3 }, engineTitle: "an engine" } as unknown as Setr;
  const account = figureRecipe(2, "authors-script");
  expect(recipe(model, "Figure 2", "attention", [], account).recipe).toBe(
    "authors-script (last layer, head 1: softmax row of the point)",
  );
  expect(recipe(model, "Figure 2", "attention")).not.toHaveProperty("recipe");
});

test("a comparison has the point's map by every method, under its name", () => {
  const { elements } = comparisonStrip(runs[0]!, photo, point);
  const maps = elements.filter((element) => element.kind === "heatmap").filter(({ id }) => id?.startsWith("map-"));
  expect(maps.map(({ colorMap }) => colorMap)).toEqual(["viridis", "Blues", "jet", "viridis"]);
  expect(maps[1]!.values).toEqual(attentionMapOf(runs[0]!, point, { method: "attention-to", head: 0 }));
});

test("the atlas of a run has every head's row of the point with the head's statistics", () => {
  const run = runs[0]!;
  const atlas = attentionAtlas(run, point);
  const { distance, relativeEntropy } = attentionStatisticsOf(run);
  expect(atlas.map(({ layer, heads }) => [layer, heads.length])).toEqual([
    [1, 2],
    [2, 2],
    [3, 2],
  ]);
  expect(atlas[2]!.heads[1]).toEqual({
    map: attentionMapOf(run, point, { method: "attention-to", layer: 3, head: 1 }),
    distance: distance[2]![1],
    entropy: relativeEntropy[2]![1],
  });
});

test("rollout after each layer ends with the rollout through all, and chosen layers are those of all", () => {
  const all = rolloutLayers(runs[0]!, point);
  expect(all.map(({ layer }) => layer)).toEqual([1, 2, 3]);
  expect(all[2]!.map).toEqual(attentionMapOf(runs[0]!, point));
  expect(rolloutLayers(runs[0]!, point, { layers: [2] })).toEqual([all[1]]);
  expect(() => rolloutLayers(runs[0]!, point, { layers: [4] })).toThrow(
    "layer: expected a whole number from 1 to 3, found 4",
  );
});
