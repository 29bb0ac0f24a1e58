import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SurveyError } from "../../lib/errors";
import { readClassSet } from "../../lib/survey/classSets";
import { surveyImages } from "../../lib/survey/images";
import { planSurvey, type SurveyOptions } from "../../lib/survey/plan";
import { fixture, temporaryFolder } from "../fixtures";

const folder = await temporaryFolder();
const at = (name: string) => join(folder, name);

describe("the pictures of a survey", () => {
  test("are those of a folder and all folders within, sorted, with the labels of the same names", async () => {
    await mkdir(at("images/frankfurt"), { recursive: true });
    await mkdir(at("labels"));
    for (const name of ["b.PNG", "a.jpg", "notes.txt", "frankfurt/x_1_leftImg8bit.png"]) {
      await writeFile(at(`images/${name}`), "");
    }
    expect(await surveyImages(at("images"), at("labels"))).toEqual([
      { index: 0, name: "a.jpg", path: at("images/a.jpg"), labels: at("labels/a.png") },
      { index: 1, name: "b.PNG", path: at("images/b.PNG"), labels: at("labels/b.png") },
      {
        index: 2,
        name: "frankfurt/x_1_leftImg8bit.png",
        path: at("images/frankfurt/x_1_leftImg8bit.png"),
        labels: at("labels/frankfurt/x_1_gtFine_labelTrainIds.png"),
      },
    ]);
  });

  test("are those of a list in its order, or drawn scenes", async () => {
    await writeFile(at("list.txt"), "far/z.jpg\r\n\n near/a.jpg\n");
    expect(await surveyImages(at("list.txt"), at("labels"))).toEqual([
      { index: 0, name: "far/z.jpg", path: "far/z.jpg", labels: at("labels/z.png") },
      { index: 1, name: "near/a.jpg", path: "near/a.jpg", labels: at("labels/a.png") },
    ]);
    expect(await surveyImages("scenes:7..8")).toEqual([
      { index: 0, name: "scene:7", path: "scene:7" },
      { index: 1, name: "scene:8", path: "scene:8" },
    ]);
  });

  test.each([
    ["nowhere", undefined, "images", /expected a folder, a list \(.txt\) or scenes:FIRST..LAST, found no nowhere/],
    ["scenes:8..7", undefined, "images", /expected scenes:FIRST..LAST, found scenes:8..7/],
    ["scenes:7..8", "labels", "labels", /expected none with drawn scenes/],
    [at("labels"), undefined, "images", /expected at least one picture \(.jpg, .+\), found none in/],
    [at("images"), at("list.txt"), "labels", /expected a folder, found a file at/],
  ])("are refused from %s with labels %s", async (source, labels, code, message) => {
    const refusal = surveyImages(source, labels);
    await expect(refusal).rejects.toThrow(SurveyError);
    await expect(refusal).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("are refused from a list that names one twice", async () => {
    await writeFile(at("twice.txt"), "a.jpg\nb.jpg\na.jpg\n");
    await expect(surveyImages(at("twice.txt"))).rejects.toThrow(/expected every picture once, found a.jpg twice/);
  });
});

describe("a class set", () => {
  test.each([
    ["pascal-context-59", 59, true, "aeroplane"],
    ["pascal-context-60", 60, false, "background"],
    ["ade20k", 150, true, "wall"],
    ["cityscapes", 19, false, "road"],
  ])("of %s has %i classes", async (name, count, reduceZeroLabel, first) => {
    const { names, ...rest } = await readClassSet(name);
    expect(new Set(names).size).toBe(count);
    expect(names[0]).toBe(first);
    expect(rest).toEqual({ reduceZeroLabel, ignoreLabel: null });
  });

  test("of a file has its names and its label that does not count", async () => {
    await writeFile(at("classes.json"), '{ "classes": ["leaf", "stem"], "ignoreLabel": 7 }');
    expect(await readClassSet(at("classes.json"))).toEqual({
      names: ["leaf", "stem"],
      reduceZeroLabel: false,
      ignoreLabel: 7,
    });
  });

  test.each([
    ["nowhere.json", undefined, /expected one of pascal-context-59, .+, or a JSON file, found .*nowhere.json/],
    ["list.json", '["leaf"]', /list.json: .*expected object/],
    ["torn.json", '{ "classes": ["le', /torn.json: .*expected object/],
    ["empty.json", '{ "classes": [] }', /empty.json: classes: /],
    ["more.json", '{ "classes": ["leaf"], "colours": 1 }', /more.json: .*colours/],
  ])("is refused from %s", async (name, text, message) => {
    if (text !== undefined) await writeFile(at(name), text);
    await expect(readClassSet(at(name))).rejects.toThrow(message);
  });
});

describe("a plan", async () => {
  await writeFile(at("seven.json"), JSON.stringify({ classes: [..."abcdefg"] }));
  const pup = fixture("setr-pup-official.safetensors");
  const encoder = fixture("vit-encoder-deit.pth");
  const plan: SurveyOptions = {
    ...{ weights: pup, numHeads: 4, images: "scenes:0..1", measures: ["confidence"] },
    out: at("never"),
  };

  test("of sliding windows settles what is left open", async () => {
    const { settings } = await planSurvey({ ...plan, mode: "slide" });
    expect(settings.inference).toEqual({
      ...{ mode: "slide", stride: 64, shortSide: 96, longSide: null, ratios: [1], flip: false },
    });
    expect(settings.engine).toBe("onnxruntime");
  });

  test.each([
    ["measures", { measures: ["speed"] }, /expected some of distance, .+, found speed/],
    ["measures", { measures: [] }, /found none/],
    ["classes", { measures: ["iou"] }, /classes: expected the model's 7, found 15 \(drawn scenes\)/],
    ["classes", { weights: encoder }, /confidence: expected a model with a decoder, found an encoder alone/],
    ["labels", { images: at("images"), measures: ["iou"] }, /iou: expected labels to compare with, found none/],
    [
      "segments",
      { images: at("images"), measures: ["focus"], segments: "labels" },
      /expected labels to take them from/,
    ],
    ["segments", { measures: ["focus"], segments: "found", smallestSegment: 2 }, /a share from 0 to 1, found 2/],
    ["inference", { stride: 9 }, /stride: expected it with mode slide alone/],
    ["inference", { mode: "slide", stride: 97 }, /a whole number from 1 to 96, found 97/],
    ["inference", { mode: "slide", ratios: [0] }, /above 0 and up to 16, found 0/],
    [
      "classes",
      { measures: ["iou"], classes: at("seven.json") },
      /classes: expected none with drawn scenes, which bring/,
    ],
    [
      "inference",
      { measures: ["focus", "pooled"], segments: "found", flip: true },
      /flip: expected it with measure iou or confidence, found focus, pooled alone/,
    ],
    ["segments", { smallestSegment: 0.1 }, /smallestSegment: expected it with measure focus, found confidence alone/],
    [
      "classes",
      { images: at("images"), measures: ["distance"], classes: at("seven.json") },
      /classes: expected it with measure iou or confidence or focus, found distance alone/,
    ],
    ["labels", { images: at("images"), labels: at("labels") }, /labels: expected it with measure iou or focus, found/],
  ] as const)("is refused: %s %j", async (code, more, message) => {
    const refusal = planSurvey({ ...plan, ...more } as unknown as SurveyOptions);
    await expect(refusal).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
