import { describe, expect, test } from "vitest";
import { activationNames, expandNames } from "../../lib/model/activationNames";
import { checkConfig, parseConfig, tokenCount } from "../../lib/model/config";
import { parameterShapes } from "../../lib/model/parameters";
import { quarterLayers, VARIANTS, variantConfig } from "../../lib/model/variants";

describe("variants", () => {
  test("T-Large at 480 pixels has 901 tokens and about 304 million encoder parameters", () => {
    const config = variantConfig("pup-large");
    const shapes = [...parameterShapes(config)].filter(([name]) => name.startsWith("backbone."));
    const parameters = shapes.reduce((total, [, shape]) => total + shape.reduce((a, b) => a * b, 1), 0);
    expect(tokenCount(config)).toBe(901);
    expect(Math.round(parameters / 1e6)).toBe(304);
  });

  test.each(VARIANTS)("%s has the parameters of its own description", (variant) => {
    const config = variantConfig(variant, { imageHeight: 96, imageWidth: 160, numClasses: 7 });
    expect(parameterShapes(config).get("backbone.pos_embed")).toEqual([1, 61, config.embedDim]);
    expect(parseConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  test("MLA drops the class token and reads layers 6, 12, 18 and 24 of 24", () => {
    expect(tokenCount(variantConfig("mla-large"))).toBe(900);
    expect(quarterLayers(24)).toEqual([6, 12, 18, 24]);
    expect(quarterLayers(12)).toEqual([3, 6, 9, 12]);
  });

  test("an unknown variant is refused with the known ones", () => {
    expect(() => variantConfig("pup-huge")).toThrow(/expected one of pup-large, .*found pup-huge/);
  });
});

describe("a configuration", () => {
  const valid = variantConfig("pup-small");

  test.each([
    [{ ...valid, imageWidth: 481 }, "image size: expected a multiple of the patch size 16, found 481"],
    [{ ...valid, depth: 501 }, "layers: expected 1 to 500, found 501"],
    [{ ...valid, numHeads: 3 }, "heads: expected a divisor of the width 128, found 3"],
    [{ ...valid, numClasses: 0 }, "classes: expected some with a decoder and 0 without, found 0"],
    [
      {
        ...valid,
        decoder: {
          type: "mla" as const,
          layers: [6, 6, 18, 24] as const,
          channels: 8,
          headChannels: 8,
          order: "official" as const,
        },
      },
      "MLA layers: expected four ascending layers of 24, found 6, 6, 18, 24",
    ],
  ])("is refused when its fields contradict each other (%#)", (config, message) => {
    expect(() => checkConfig(config)).toThrow(message);
  });

  test("is refused when a field is missing or unknown", () => {
    expect(() => parseConfig({ ...valid, depth: undefined })).toThrow(/^configuration: depth/);
    expect(() => parseConfig({ ...valid, colour: 1 })).toThrow(/colour/);
  });
});

describe("capture names", () => {
  const names = activationNames(variantConfig("pup-small"));

  test("a star stands for anything but a dot", () => {
    expect(expandNames(["A*"], names)).toHaveLength(24);
    expect(expandNames(["A*.mean"], names)).toHaveLength(24);
    expect(expandNames(["U*"], names)).toEqual(["U1", "U2", "U3", "U4", "U5"]);
  });

  test("names come once and in order of computation", () => {
    expect(expandNames(["logits", "Z2", "Z*", "Z1"], names).slice(0, 2)).toEqual(["Z1", "Z2"]);
    expect(expandNames(["logits", "Z2", "Z*", "Z1"], names)).toHaveLength(25);
  });

  test("an unknown name is refused with the valid ones", () => {
    expect(() => expandNames(["Z25"], names)).toThrow(
      'capture: expected names among embeddings, A1..A24, A1.mean..A24.mean, Z1..Z24, U1..U5, U4.features, logits, found "Z25"',
    );
  });
});
