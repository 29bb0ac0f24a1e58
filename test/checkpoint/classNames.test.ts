import { join } from "node:path";
import { expect, test } from "vitest";
import { writeUntrainedWeights } from "../../lib/checkpoint/initialise";
import { inspectCheckpoint } from "../../lib/checkpoint/inspect";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { openWeights } from "../../lib/checkpoint/weights";
import { writeArrays } from "../../lib/checkpoint/writeSafetensors";
import { parseConfig } from "../../lib/model/config";
import { temporaryFolder } from "../fixtures";

const folder = await temporaryFolder();
const config = parseConfig({
  imageHeight: 16,
  imageWidth: 16,
  patchSize: 8,
  embedDim: 4,
  depth: 1,
  numHeads: 2,
  mlpDim: 3,
  numClasses: 3,
  decoder: { type: "naive", channels: 2, order: "official" },
  normalisation: "half",
});

/** Tiny weights that carry a text as the names of their classes. */
async function named(classes: string | undefined): Promise<string> {
  const path = join(folder, "named.safetensors");
  await writeUntrainedWeights(path, config, 1);
  const file = await openSafetensors(path);
  const arrays = await Promise.all(
    [...file.tensors.keys()].map(async (name) => [name, await readTensor(file, name)] as const),
  );
  await writeArrays(path, new Map(arrays), {
    ...file.metadata,
    ...(classes === undefined ? {} : { "setr.classes": classes }),
  });
  return path;
}

test("weights tell the names of their classes", async () => {
  const path = await named('["sky", "tree", "boat"]');
  expect(await openWeights(path)).toMatchObject({ classes: ["sky", "tree", "boat"], notes: [] });
  expect((await inspectCheckpoint(path)).inspection.classes).toEqual(["sky", "tree", "boat"]);
});

test("weights without names have none", async () => {
  const path = await named(undefined);
  expect(await openWeights(path)).toMatchObject({ classes: undefined, notes: [] });
  expect((await inspectCheckpoint(path)).inspection.classes).toBeNull();
});

test.each([
  ['["sky", "tree"]', "2 names"],
  ['["sky", "tree", 3]', '["sky", "tree", 3]'],
  ['{"sky": 0}', '{"sky": 0}'],
  ["sky, tree, boat", "sky, tree, boat"],
])("names that do not fit are left aside with a note: %s", async (text, found) => {
  const { classes, notes } = await openWeights(await named(text));
  expect(classes).toBeUndefined();
  const expected = `setr.classes: expected a JSON list of 3 names, found ${found}`;
  expect(notes).toEqual([`${expected}; classes go without names`]);
});
