import { describe, expect, it } from "vitest";
import { attentionMapOf } from "../../../lib/activations";
import type { NdArray } from "../../../lib/arrays";
import { explorerFeatures } from "../../../lib/explorerFeatures";
import { explorerMaps } from "../../../lib/explorerMaps";
import { variantConfig } from "../../../lib/model/variants";
import { runWith } from "../../runWith";
import { sampleGrid } from "../samples";

const grid = { height: 3, width: 5 };
const patches = 15;

/** Rows of positive values that sum to 1, class token first. */
function attention(seed: number): NdArray {
  const tokens = patches + 1;
  const data = sampleGrid(2 * tokens, tokens, seed).data.map((value) => value + 0.01);
  for (let start = 0; start < data.length; start += tokens) {
    const row = data.subarray(start, start + tokens);
    const sum = row.reduce((total, value) => total + value, 0);
    row.forEach((value, i) => {
      row[i] = value / sum;
    });
  }
  return { shape: [1, 2, tokens, tokens], data };
}

const config = { ...variantConfig("pup-small", { imageHeight: 3 * 16, imageWidth: 5 * 16 }), depth: 3 };
const features = sampleGrid(patches, 19, 7).data;
const values = new Map<string, NdArray>([
  ...[1, 2, 3].map((layer) => [`A${layer}`, attention(layer)] as const),
  ["Z1", { shape: [1, patches, 19], data: features }],
  ["U1", { shape: [1, 2, 300, 500], data: sampleGrid(600, 500).data }],
]);
const run = runWith(config, values);

describe("maps for an explorer", () => {
  it("are those of attentionMap, for every point and method", async () => {
    const choices = [
      { method: "rollout" },
      { method: "rollout", relative: true },
      { method: "rollout", layer: 2 },
      { method: "attention-to" },
      { method: "attention-from", layer: 1 },
      { method: "attention-from", relative: true },
    ] as const;
    const maps = await explorerMaps(run, { maps: choices, headFusion: "max", attentionWeight: 0.7 });
    choices.forEach((choice, i) => {
      for (let patch = 0; patch < patches; patch++) {
        const at = { row: Math.floor(patch / grid.width), col: patch % grid.width };
        const expected = attentionMapOf(run, at, { ...choice, headFusion: "max", attentionWeight: 0.7 });
        const rows = maps[i].rows as Float32Array;
        expected.data.forEach((value, j) => {
          expect(rows[patch * patches + j]).toBeCloseTo(value, 4);
        });
      }
    });
  });

  it("are by default rollout, relative rollout and the last layer's attention", async () => {
    const names = (await explorerMaps(run)).map(({ name, layer }) => `${name}, layer ${layer}`);
    expect(names).toEqual([
      "rollout, layer 3",
      "rollout, relative, layer 3",
      "attention-to, layer 3",
      "attention-from, layer 3",
    ]);
  });

  it("refuse a layer that there is not", async () => {
    const maps = [{ method: "rollout", layer: 4 }] as const;
    await expect(explorerMaps(run, { maps })).rejects.toThrow("layer: expected a whole number from 1 to 3, found 4");
  });
});

describe("features for an explorer", () => {
  it("are false colours, norm, mean and the channels that vary most", async () => {
    const [encoder, decoder] = await explorerFeatures(run, ["Z1", "U1"]);
    expect(encoder.maps).toHaveLength(2 + 16);
    expect(encoder.colours).toMatchObject(grid);
    const { name, map } = encoder.maps[2];
    const channel = Number(name.slice("channel ".length));
    expect([...map.data]).toEqual(Array.from({ length: patches }, (_, i) => features[i * 19 + channel]));
    expect(decoder.maps.map((entry) => entry.name)).toEqual(["norm", "mean", expect.stringMatching(/^channel [01]$/)]);
  });

  it("keep the channels that are asked for", async () => {
    const [encoder] = await explorerFeatures(run, ["Z1"], { channels: [18, 2] });
    expect(encoder.maps.map(({ name }) => name)).toEqual(["norm", "mean", "channel 18", "channel 2"]);
    const channels = Array.from({ length: 65 }, (_, i) => i);
    await expect(explorerFeatures(run, ["Z1"], { channels })).rejects.toThrow(
      "channels: expected at most 64, found 65",
    );
  });
});
