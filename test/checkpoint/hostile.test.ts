import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { openCheckpoint } from "../../lib/checkpoint/open";
import { visitTensors } from "../../lib/checkpoint/readTensors";
import { stateDict } from "../../lib/checkpoint/stateDict";
import { CheckpointError } from "../../lib/errors";
import { put, temporaryFolder } from "./folder";
import { HOSTILE_ARCHIVES } from "./hostile/archives";
import { HOSTILE_ARRAYS } from "./hostile/arrays";
import { HARMLESS_PICKLES, HOSTILE_PICKLES } from "./hostile/pickles";
import { HOSTILE_SAFETENSORS } from "./hostile/safetensorsFiles";
import { HOSTILE_STORAGES } from "./hostile/storages";
import { HOSTILE_TORCH_FILES } from "./hostile/torchFiles";
import { addedMegabytes } from "./peakMemory";

const folder = temporaryFolder();

const CORPUS = [
  ["pickle", HOSTILE_PICKLES],
  ["torch", HOSTILE_TORCH_FILES],
  ["archive", HOSTILE_ARCHIVES],
  ["array", HOSTILE_ARRAYS],
  ["safetensors", HOSTILE_SAFETENSORS],
] as const;

const CASES = CORPUS.flatMap(([group, cases]) => cases.map((one) => ({ ...one, name: `${group}: ${one.name}` })));

const MAX_SECONDS = 1;
const MAX_ADDED_MEGABYTES = 200;

const filesBefore = readdirSync(".");

test.each(CASES)("$name: $code", async ({ code, build }) => {
  const path = await put(folder, build());
  await expectRefusal(path, code, () => openCheckpoint(path));
});

test.each(HOSTILE_STORAGES)("reading $name: $code", async ({ code, build }) => {
  const path = await put(folder, build());
  const file = await openCheckpoint(path);
  await expectRefusal(path, code, async () => {
    for await (const _ of visitTensors(file));
  });
});

/** The run is refused by one line that begins with the path, soon, and without much memory. */
async function expectRefusal(path: string, code: string, run: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  let error: unknown;
  const megabytes = await addedMegabytes(() => run().catch((reason) => (error = reason)));
  const seconds = (performance.now() - start) / 1000;
  expect(error).toBeInstanceOf(CheckpointError);
  const { code: found, message } = error as CheckpointError;
  expect({ code: found, message }).toMatchObject({ code });
  expect(message.startsWith(`${path}: `), message).toBe(true);
  expect(message, "one line").not.toMatch(/[\r\n]/);
  expect(message.length).toBeLessThan(path.length + 700);
  expect(seconds).toBeLessThan(MAX_SECONDS);
  expect(megabytes).toBeLessThan(MAX_ADDED_MEGABYTES);
}

test.each(HARMLESS_PICKLES)("$name are opened without being unfolded", async ({ build }) => {
  const file = await openCheckpoint(await put(folder, build()));
  expect(file.tensors.size).toBe(0);
  expect(() => stateDict(file)).toThrow(/found no dictionary$/);
});

test("none of them left a file behind", () => {
  expect(readdirSync(".")).toEqual(filesBefore);
});
