import { expect, test } from "vitest";
import { forwardFlop } from "../../bench/flop";
import type { SetrConfig } from "../../lib/model/config";
import { variantConfig } from "../../lib/model/variants";

/** 3x5 patches of 2 pixels. */
const TINY: SetrConfig = {
  imageHeight: 6,
  imageWidth: 10,
  patchSize: 2,
  embedDim: 7,
  depth: 3,
  numHeads: 1,
  mlpDim: 11,
  numClasses: 13,
  decoder: { type: "pup", channels: 5, order: "official" },
  normalisation: "imagenet",
};

const EMBEDDING = 15 * 12 * 7; // 15 patches of 2x2x3 pixels
const LAYER = 16 * 7 * 21 + 16 * 7 * 7 + 2 * (16 * 7 * 11) + 2 * (16 * 16 * 7); // qkv, projection, MLP, attention

test("counts two operations for each multiplication of a tiny SETR-PUP, worked by hand", () => {
  const decoder = 15 * 63 * 5 + (60 + 240 + 960) * 45 * 5 + 960 * 5 * 13; // kernels of 3x3, scores at 24x40
  expect(forwardFlop(TINY)).toBe(2 * (EMBEDDING + 3 * LAYER + decoder));
  expect(forwardFlop(TINY)).toBe(758_874);
});

test("counts a Naive decoder at the size of the patch grid", () => {
  const naive = { ...TINY, decoder: { type: "naive", channels: 5, order: "official" } } as const;
  expect(forwardFlop(naive)).toBe(2 * (EMBEDDING + 3 * LAYER + 15 * 5 * 7 + 15 * 5 * 13));
});

test("counts 0.72 TFLOP for T-Large with PUP at 480x480", () => {
  expect(forwardFlop(variantConfig("pup-large")) / 1e12).toBeCloseTo(0.72, 2);
});

test("refuses decoders that it does not count", () => {
  expect(() => forwardFlop(variantConfig("mla-large"))).toThrow(
    "decoder: expected the official Naive or PUP, found mla",
  );
});
