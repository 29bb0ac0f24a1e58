import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rolloutOf } from "../../lib/activations";
import { attentionMap } from "../../lib/analysis/attentionMap";
import { type HeadFusion, rollout } from "../../lib/analysis/rollout";
import { rolloutRows } from "../../lib/analysis/rolloutRows";
import type { NdArray } from "../../lib/arrays";
import { rolloutProduct } from "../../lib/engine/rolloutProduct";
import type { Run } from "../../lib/setr";

const rolloutRow = (layers: readonly NdArray[], token: number) => rolloutRows(layers, [[token]])[0]!;
const layer = (rows: number[][]): NdArray => {
  return { shape: [1, rows.length, rows.length], data: Float32Array.from(rows.flat()) };
};
const A1 = layer([
  [1, 0, 0],
  [0.5, 0.5, 0],
  [0, 1, 0],
]);
const A2 = layer([
  [0, 1, 0],
  [0, 0, 1],
  [0.2, 0.2, 0.6],
]);

/** Random attention maps of several layers: N x N rows that sum to 1. */
const attentions = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 7 })).chain(([depth, tokens]) =>
  fc
    .array(
      fc.array(fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: tokens, maxLength: tokens }), {
        minLength: tokens,
        maxLength: tokens,
      }),
      { minLength: depth, maxLength: depth },
    )
    .map((layers) =>
      layers.map((rows) => layer(rows.map((row) => row.map((value) => value / row.reduce((a, b) => a + b))))),
    ),
);

describe("rollout", () => {
  test("of two layers of three tokens is the product worked by hand, the newer layer on the left", async () => {
    // A'1 = [[1,0,0],[.25,.75,0],[0,.5,.5]], A'2 = [[.5,.5,0],[0,.5,.5],[.1,.1,.8]]
    const expected = [0.625, 0.375, 0, 0.125, 0.625, 0.25, 0.125, 0.475, 0.4];
    (await rollout([A1, A2], rolloutProduct)).data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
  });

  test("rows sum to 1, whatever the attention and the options", async () => {
    const options = fc.record({
      attentionWeight: fc.double({ min: 0, max: 1, noNaN: true }),
      discardRatio: fc.double({ min: 0, max: 0.99, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(attentions, options, async (layers, chosen) => {
        const { data, shape } = await rollout(layers, rolloutProduct, chosen);
        for (let i = 0; i < shape[0]!; i++) {
          const sum = data.slice(i * shape[0]!, (i + 1) * shape[0]!).reduce((a, b) => a + b, 0);
          expect(sum).toBeCloseTo(1, 5);
        }
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  test("of identity attention is the identity", async () => {
    const identity = layer([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect([...(await rollout([identity, identity, identity], rolloutProduct)).data]).toEqual([
      1, 0, 0, 0, 1, 0, 0, 0, 1,
    ]);
  });

  test("of one token is that token's row of the whole", async () => {
    await fc.assert(
      fc.asyncProperty(attentions, async (layers) => {
        const { data, shape } = await rollout(layers, rolloutProduct);
        const tokens = shape[0]!;
        for (let token = 0; token < tokens; token++) {
          const row = rolloutRow(layers, token);
          for (let j = 0; j < tokens; j++) expect(row[j]).toBeCloseTo(data[token * tokens + j]!, 5);
        }
      }),
      { seed: 11, numRuns: 50 },
    );
  });

  test("of more layers than one graph holds is the same, with a residual connection and without", async () => {
    const [tokens, depth] = [1500, 9]; // seven layers to a graph
    const layers = Array.from({ length: depth }, (_, l): NdArray => {
      const data = Float32Array.from({ length: tokens ** 2 }, (_, i) => (1 + Math.sin(i * (l + 1) * 0.7)) / tokens);
      return { shape: [1, tokens, tokens], data };
    });
    for (const attentionWeight of [0.5, 1]) {
      const { data } = await rollout(layers, rolloutProduct, { attentionWeight });
      const row = rolloutRows(layers, [[700]], { attentionWeight })[0]!;
      const found = data.subarray(700 * tokens, 701 * tokens);
      const largest = Math.max(...row);
      for (let j = 0; j < tokens; j += 7) expect(Math.abs(found[j]! - row[j]!) / largest).toBeLessThan(1e-5);
    }
  });

  test("heads are fused by mean, maximum or minimum before rows are normalised", async () => {
    const heads = { shape: [1, 2, 2, 2], data: Float32Array.of(1, 0, 0.75, 0.25, 0, 1, 0.5, 0.5) };
    const fused = async (headFusion: HeadFusion) => [
      ...(await rollout([heads], rolloutProduct, { attentionWeight: 1, headFusion })).data,
    ];
    const about = (...values: number[]) => values.map((value) => expect.closeTo(value, 6));
    expect(await fused("mean")).toEqual(about(0.5, 0.5, 0.625, 0.375));
    expect(await fused("max")).toEqual(about(0.5, 0.5, 0.6, 0.4));
    expect(await fused("min")).toEqual(about(1, 0, 2 / 3, 1 / 3)); // an emptied row keeps to itself
  });

  test("of a run goes up to a layer that there is", async () => {
    const run = { config: { depth: 2 }, values: new Map(Object.entries({ "A1.mean": A1, "A2.mean": A2 })) };
    const upTo = (last: number) => rolloutOf(run as unknown as Run, {}, last);
    expect(await upTo(1)).toEqual(await rollout([A1], rolloutProduct));
    for (const last of [-1, 0, 1.5, 3]) {
      await expect(upTo(last)).rejects.toThrow(`layer: expected a whole number from 1 to 2, found ${last}`);
    }
  });

  test("discarding removes a layer's smallest values", async () => {
    const attention = layer([
      [0.1, 0.9],
      [0.6, 0.4],
    ]);
    const { data } = await rollout([attention], rolloutProduct, { attentionWeight: 1, discardRatio: 0.5 });
    expect([...data]).toEqual([0, 1, 1, 0]);
  });

  test.each([
    [() => rollout([], rolloutProduct), "attention: expected the maps of at least one layer, found none"],
    [
      () => rollout([{ shape: [2, 3], data: new Float32Array(6) }], rolloutProduct),
      /expected \[1, N, N\] or \[1, H, N, N\].*found \[2, 3\]/,
    ],
    [() => rollout([A1], rolloutProduct, { attentionWeight: 1.5 }), "attentionWeight: expected 0 to 1, found 1.5"],
    [
      () => rollout([A1], rolloutProduct, { discardRatio: 1 }),
      "discardRatio: expected 0 up to, not including, 1, found 1",
    ],
    [
      () => rollout([A1], rolloutProduct, { headFusion: "max" }),
      "headFusion max: expected every head (capture A*), found head means",
    ],
    [async () => rolloutRow([A1], 3), "token: expected a whole number from 0 to 2, found 3"],
  ])("refuses what cannot be (%#)", async (call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
});

describe("the attention map of a point", () => {
  const grid = { height: 1, width: 2 };

  test("leaves the class token out at the end", () => {
    const row = rolloutRow([A1, A2], 2);
    expect([...attentionMap([A1, A2], grid, { row: 0, col: 1 }).data]).toEqual([...row.slice(1)]);
  });

  test("attention-to is the point's row, attention-from its column, of the chosen layer", () => {
    const values = (method: "attention-to" | "attention-from", layerNumber: number) => [
      ...attentionMap([A1, A2], grid, { row: 0, col: 0 }, { method, layer: layerNumber }).data,
    ];
    expect(values("attention-to", 1)).toEqual([0.5, 0]);
    expect(values("attention-from", 1)).toEqual([0.5, 1]);
    expect(values("attention-to", 2)).toEqual([0, 1]);
  });

  test("relative to the mean of all points, only what the point has more of is left", () => {
    const values = (col: number, method: "attention-to" | "attention-from") => [
      ...attentionMap([A1, A2], grid, { row: 0, col }, { method, layer: 1, relative: true }).data,
    ];
    // rows [0.5, 0] and [1, 0], mean [0.75, 0]; columns [0.5, 1] and [0, 0], mean [0.25, 0.5]
    expect(values(1, "attention-to")).toEqual([expect.closeTo(1 / 3, 6), 0]);
    expect(values(0, "attention-to")).toEqual([0, 0]);
    expect(values(0, "attention-from")).toEqual([1, 1]);
    const rows = [1, 2].map((token) => rolloutRow([A1, A2], token).slice(1));
    const relative = attentionMap([A1, A2], grid, { row: 0, col: 0 }, { relative: true }).data;
    const expected = rows[0]!.map((value, i) => Math.max(0, (2 * value) / (value + rows[1]![i]!) - 1));
    expect([...relative]).toEqual([...expected].map((value) => expect.closeTo(value, 6)));
  });

  test("the map of several points is the mean of theirs", () => {
    for (const method of ["rollout", "attention-to", "attention-from"] as const) {
      const [first, second] = [0, 1].map((col) => attentionMap([A1, A2], grid, { row: 0, col }, { method }).data);
      const points = [0, 1].map((col) => ({ row: 0, col }));
      const both = attentionMap([A1, A2], grid, points, { method }).data;
      expect([...both]).toEqual([...first!].map((value, i) => expect.closeTo((value + second![i]!) / 2, 6)));
    }
  });

  test("one head can be looked at alone", () => {
    const heads = { shape: [1, 2, 2, 2], data: Float32Array.of(1, 0, 0.5, 0.5, 0, 1, 0.25, 0.75) };
    const map = attentionMap([heads], grid, { row: 0, col: 1 }, { method: "attention-to", head: 1 });
    expect([...map.data]).toEqual([0.25, 0.75]);
  });

  test.each([
    [
      () => attentionMap([A1], grid, { row: 1, col: 0 }),
      "point: expected row 0 to 0 and col 0 to 1, found row 1, col 0",
    ],
    [
      () => attentionMap([A1], { height: 2, width: 2 }, { row: 0, col: 0 }),
      /expected 4 or 5 tokens for a 2x2 grid, found 3/,
    ],
    [
      () => attentionMap([A1], grid, { row: 0, col: 0 }, { layer: 2 }),
      "layer: expected a whole number from 1 to 1, found 2",
    ],
    [() => attentionMap([A1], grid, { row: 0, col: 0 }, { head: 0 }), /head: expected none with rollout/],
    [
      () => attentionMap([A1], grid, { row: 0, col: 0 }, { method: "gradient", relative: true }),
      "relative: expected rollout, attention-to or attention-from, found gradient",
    ],
    [() => attentionMap([A1], grid, []), "points: expected at least one, found none"],
    [() => rolloutRows([A1], [[]]), "token: expected a whole number from 0 to 2, found none"],
  ])("refuses what cannot be (%#)", (call, message) => {
    expect(call).toThrow(message);
  });
});
