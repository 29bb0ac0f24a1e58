import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLabelPng } from "../lib/image/labelPng";
import { drawScene } from "../lib/train/scenes/scene";
import { temporaryFolder } from "./fixtures";
import { programIn } from "./program";

const folder = await temporaryFolder();
const setr = programIn(folder);

test("setr scenes writes pictures and label PNGs that a training can read", async () => {
  const drawn = await setr("scenes", "--first-seed", "31", "--count", "2", "--image-size", "48x64", "--out", "drawn");
  expect(drawn).toMatchObject({ status: 0, stdout: "drawn/images: 2 pictures\ndrawn/labels: their labels\n" });
  expect(await readdir(join(folder, "drawn", "images"))).toEqual(["31.png", "32.png"]);
  const labels = await readLabelPng(join(folder, "drawn", "labels", "32.png"));
  const scene = await drawScene(32, { height: 48, width: 64 });
  expect(labels).toMatchObject({ height: 48, width: 64 });
  expect([...labels.values]).toEqual([...scene.labels]);
});

test("setr scenes draws a figure with a legend", async () => {
  expect(await setr("scenes", "--count", "2", "--image-size", "64", "--out", "two.svg")).toMatchObject({ status: 0 });
  const svg = await readFile(join(folder, "two.svg"), "utf8");
  expect(svg).toContain("seed 125");
  expect(svg).toContain("sheep");
});

test("setr scenes refuses what it cannot draw", async () => {
  const small = await setr("scenes", "--image-size", "8", "--out", "small.png");
  expect(small).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("expected a height and width of 32..4096"),
  });
  expect(await setr("scenes", "--count", "0", "--out", "none.png")).toMatchObject({ status: 2 });
});
