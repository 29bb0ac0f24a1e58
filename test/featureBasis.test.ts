import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { NdArray } from "../lib/arrays";
import { AnalysisError } from "../lib/errors";
import { fitFeatureBasis, openFeatureBasis, saveFeatureBasis } from "../lib/featureBasis";
import { featureTiles } from "../lib/featureTiles";
import { randomStream } from "../lib/random";
import type { Run } from "../lib/setr";
import { runWith } from "./runWith";

const folder = mkdtempSync(join(tmpdir(), "basis-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "new", "basis.json");

/** A run of a model with 2 x 3 patches that captured Z1 (5 channels) and U1 (2 channels). */
function runOf(seed: number): Run {
  const random = randomStream(seed);
  const array = (...shape: number[]): NdArray => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
  });
  const values = new Map([
    ["Z1", array(1, 7, 5)],
    ["U1", array(1, 2, 4, 6)],
  ]);
  const config = { imageHeight: 32, imageWidth: 48, patchSize: 16 } as Run["config"];
  return runWith(config, values);
}

const [one, other] = [runOf(3), runOf(5)];

test("a basis of one run gives the tiles that the run has by itself", async () => {
  const basis = await fitFeatureBasis(one, ["Z1", "U1"]);
  expect(await featureTiles(one, ["Z1", "U1"], "pca", 0, { basis })).toEqual(await featureTiles(one, ["Z1", "U1"]));
  expect(await featureTiles(other, ["Z1"], "pca", 0, { basis })).not.toEqual(await featureTiles(other, ["Z1"]));
});

test("a basis of several runs has the range of all of them together", async () => {
  const basis = await fitFeatureBasis([one, other], ["Z1"]);
  const tiles = await Promise.all([one, other].map((run) => featureTiles(run, ["Z1"], "pca", 0, { basis })));
  const bytes = tiles.flatMap(([tile]) => [...(tile!.image.data as Uint8Array)]);
  expect([Math.min(...bytes), Math.max(...bytes)]).toEqual([0, 255]);
});

test("what is saved comes back number for number, and nothing else lies beside it", async () => {
  const basis = await fitFeatureBasis([one, other], ["Z1", "U1"], { range: "component", note: "two pictures" });
  expect(await saveFeatureBasis(basis, path)).toBe(path);
  expect(await openFeatureBasis(path)).toEqual(basis);
  expect(readdirSync(join(folder, "new"))).toEqual(["basis.json"]);
});

test("names that a basis does not have are refused", async () => {
  const basis = await fitFeatureBasis(one, ["Z1"]);
  await expect(featureTiles(one, ["U1"], "pca", 0, { basis })).rejects.toThrow("basis: expected one of Z1, found U1");
  await expect(fitFeatureBasis([], ["Z1"])).rejects.toThrow(
    "PCA: expected maps of equally many channels, found no maps",
  );
});

const good = { name: "Z1", mean: [0, 1], components: [[1, 0]], variances: [1], explained: [1] };
const limits = [
  [0, 1],
  [0, 1],
  [0, 1],
];
const file = (...layers: object[]) => JSON.stringify({ format: "setr-feature-basis-1", note: "", layers });

test.each([
  ["no JSON", "{", "expected a feature basis as JSON, found no JSON"],
  ["another format", '{"format":"x"}', 'found at format: Invalid input: expected "setr-feature-basis-1"'],
  ["no numbers", file({ ...good, limits, mean: ["a"] }), "found at layers.0.mean.0: Invalid input: expected number"],
  ["a number too large", file({ ...good, limits }).replace("[0,1]", "[0,1e999]"), "found at layers.0.mean.1"],
  [
    "a short component",
    file({ ...good, limits, components: [[1]] }),
    "expected 2 values in each component of Z1, found 1",
  ],
  ["too few variances", file({ ...good, limits, variances: [] }), "each of the 1 components of Z1, found 0"],
  [
    "a reversed range",
    file({
      ...good,
      limits: [
        [2, 1],
        [0, 1],
        [0, 1],
      ],
    }),
    "ranges of Z1 with min <= max, found [2, 1]",
  ],
  ["a layer twice", file({ ...good, limits }, { ...good, limits }), "expected each layer once, found Z1 twice"],
])("a file with %s is refused in one sentence", async (_, content, message) => {
  const bad = join(folder, "bad.json");
  writeFileSync(bad, content);
  const opened = openFeatureBasis(bad);
  await expect(opened).rejects.toThrow(AnalysisError);
  await expect(opened).rejects.toThrow(message);
  expect(readFileSync(bad, "utf8")).toBe(content);
});

test("a file that is not there is refused", async () => {
  await expect(openFeatureBasis(join(folder, "none.json"))).rejects.toThrow(
    "expected a file that can be read, found none",
  );
});
