import { describe, expect, test } from "vitest";
import { attentionMapsOf } from "../../lib/activations";
import { type AttentionMapOptions, attentionMap } from "../../lib/analysis/attentionMap";
import { attentionMaps } from "../../lib/analysis/attentionMaps";
import type { NdArray, Point } from "../../lib/arrays";
import { rolloutProduct } from "../../lib/engine/rolloutProduct";
import { figureRecipe } from "../../lib/figureRecipe";
import { variantConfig } from "../../lib/model/variants";
import { randomStream } from "../../lib/random";
import { runWith } from "../runWith";

const grid = { height: 3, width: 5 };
const patches = 15;

/** Rows that sum to 1, of three layers of two heads. */
function layers(tokens: number): NdArray[] {
  const random = randomStream(tokens);
  return [1, 2, 3].map(() => {
    const data = Float32Array.from({ length: 2 * tokens * tokens }, () => Math.exp(2 * random.normal()));
    for (let start = 0; start < data.length; start += tokens) {
      const row = data.subarray(start, start + tokens);
      const sum = row.reduce((total, value) => total + value, 0);
      row.set(row.map((value) => value / sum));
    }
    return { shape: [1, 2, tokens, tokens], data };
  });
}

const CHOICES: readonly AttentionMapOptions[] = [
  {},
  { method: "rollout", relative: true },
  { method: "rollout", layer: 2, headFusion: "max", attentionWeight: 0.7, discardRatio: 0.3, relative: true },
  { method: "rollout", layer: 1, headFusion: "min", attentionWeight: 1 },
  { method: "attention-to" },
  { method: "attention-to", layer: 2, head: 1, relative: true },
  { method: "attention-from", layer: 1, headFusion: "max" },
  { method: "attention-from", head: 0, relative: true },
];
const PICKED: readonly (Point | readonly Point[])[] = [
  { row: 0, col: 0 },
  { row: 2, col: 4 },
  [{ row: 1, col: 2 }],
  [
    { row: 1, col: 1 },
    { row: 2, col: 3 },
    { row: 0, col: 4 },
  ],
];

describe.each([
  ["with a class token", patches + 1],
  ["without one", patches],
])("the maps of all points, %s", (_, tokens) => {
  const attentions = layers(tokens);

  test.each(CHOICES)("hold for any point, or several, what attentionMap gives: %j", async (options) => {
    const maps = await attentionMaps(attentions, grid, rolloutProduct, options);
    expect(maps.grid).toEqual(grid);
    for (const points of PICKED) {
      const { data, ...size } = maps.at(points);
      expect(size).toEqual(grid);
      const expected = attentionMap(attentions, grid, points, options);
      data.forEach((value, i) => {
        expect(Math.abs(value - expected.data[i]!)).toBeLessThanOrEqual(1e-6 * Math.max(1, expected.data[i]!));
      });
    }
  });

  test.each(CHOICES)("are the rows of one matrix: %j", async (options) => {
    const maps = await attentionMaps(attentions, grid, rolloutProduct, options);
    const { shape, data } = maps.rows();
    expect(shape).toEqual([patches, patches]);
    for (let patch = 0; patch < patches; patch++) {
      const map = maps.at({ row: Math.floor(patch / grid.width), col: patch % grid.width });
      expect(data.slice(patch * patches, (patch + 1) * patches)).toEqual(map.data);
    }
  });

  test("stay as they are whatever is done to a map", async () => {
    const maps = await attentionMaps(attentions, grid, rolloutProduct, { method: "attention-to", head: 0 });
    const point = { row: 1, col: 1 };
    const before = maps.at(point).data.slice();
    maps.at(point).data.fill(7);
    maps.rows().data.fill(7);
    expect(maps.at(point).data).toEqual(before);
  });

  test("refuse bad points as attentionMap does", async () => {
    const maps = await attentionMaps(attentions, grid, rolloutProduct);
    for (const points of [{ row: 3, col: 0 }, { row: 0, col: -1 }, { row: 0.5, col: 1 }, [], [{ row: 0, col: 5 }]]) {
      const refusal = refusalOf(() => attentionMap(attentions, grid, points));
      expect(refusal).toMatch(/^points?: expected /);
      expect(refusalOf(() => maps.at(points))).toBe(refusal);
    }
  });
});

function refusalOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
}

test.each([
  [{ layer: 4 }, "layer: expected a whole number from 1 to 3, found 4"],
  [{ method: "rollout", head: 0 }, "head: expected none with rollout, which fuses all heads"],
  [{ method: "attention-to", head: 2 }, "head: expected a whole number from 0 to 1, found 2"],
  [{ method: "gradient" }, "method: expected one of rollout, attention-to, attention-from, found gradient"],
  [{ discardRatio: 1 }, "discardRatio: expected 0 up to, not including, 1, found 1"],
] as const)("what cannot be is refused: %j", async (options, message) => {
  await expect(attentionMaps(layers(patches), grid, rolloutProduct, options)).rejects.toThrow(message);
});

test("a recipe's options give its maps of a run, as attentionMap takes them", async () => {
  const config = { ...variantConfig("pup-small", { imageHeight: 3 * 16, imageWidth: 5 * 16 }), depth: 3 };
  const values = new Map(layers(patches).map((attention, i) => [`A${i + 1}`, attention] as const));
  const { attention } = figureRecipe(2, "ours");
  const maps = await attentionMapsOf(runWith(config, values), attention);
  const expected = attentionMap(layers(patches), grid, { row: 1, col: 4 }, attention).data;
  expect([...maps.at({ row: 1, col: 4 }).data]).toEqual([...expected].map((value) => expect.closeTo(value, 5)));
  await expect(attentionMapsOf(runWith(config, new Map()))).rejects.toThrow("A1: expected every layer's attention");
});
