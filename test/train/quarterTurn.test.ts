import { expect, test } from "vitest";
import { parseConfig } from "../../lib/model/config";
import { parseTrainingConfig } from "../../lib/train/config";
import { quarterTurn } from "../../lib/train/quarterTurn";
import { sceneData } from "../../lib/train/sceneData";

import { TINY, TINY_TRAINING } from "./tiny";

const labels = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const image = {
  height: 3,
  width: 3,
  data: Uint8Array.from(labels.flatMap((value) => [value, 10 + value, 20 + value])),
};

test("a quarter turn brings the right side up, pixels and labels alike", () => {
  const turned = quarterTurn({ image, labels });
  const expected = [2, 5, 8, 1, 4, 7, 0, 3, 6];
  expect([...(turned.labels as Uint16Array)]).toEqual(expected);
  expect([...turned.image.data]).toEqual(expected.flatMap((value) => [value, 10 + value, 20 + value]));
});

test("the asked share of scenes is turned, the same ones in every run, and none that is held out", async () => {
  const model = parseConfig({ ...TINY, imageWidth: 32, numClasses: 15, normalisation: "imagenet" });
  const labelsOf = async (turned: number) => {
    const { data } = parseTrainingConfig({ ...TINY_TRAINING, data: { ...TINY_TRAINING.data, turned } });
    if (data.type !== "scenes") throw new Error("expected scenes");
    const source = sceneData(model, data, { steps: 1, batchSize: 40 });
    const { labels } = await source.batch(1);
    const held: number[] = [];
    for await (const batch of source.heldOut(2)) held.push(...batch.labels);
    await source.close();
    return { learned: Array.from({ length: 40 }, (_, i) => labels.slice(i * 1024, (i + 1) * 1024).join()), held };
  };
  const [upright, some, again] = [await labelsOf(0), await labelsOf(0.5), await labelsOf(0.5)];
  const turned = upright.learned.filter((scene, i) => scene !== some.learned[i]).length;
  expect(turned).toBeGreaterThan(10);
  expect(turned).toBeLessThan(30);
  expect(again).toEqual(some);
  expect(some.held).toEqual(upright.held);
});

test("scenes that are not square cannot be turned", () => {
  const model = parseConfig({ ...TINY, numClasses: 15, normalisation: "imagenet" });
  const data = { type: "scenes", firstSeed: 100, heldOutSeed: 0, turned: 0.1 } as const;
  expect(() => sceneData(model, data, { steps: 1, batchSize: 1 })).toThrow(
    "data.turned: expected a square model to turn scenes for, found 32x48 pixels",
  );
});
