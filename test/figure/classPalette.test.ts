import { describe, expect, it } from "vitest";
import { classColors } from "../../lib/figure/classPalette";
import { appearance, distance, fromHex, toHex, toLab } from "../../lib/figure/colorDistance";
import { SCENE_CLASSES } from "../../lib/train/scenes/classes";
import { SCENE_COLORS } from "../../lib/train/scenes/palette";

/** Distance of the two colours that are nearest to each other. */
function nearest(colors: readonly string[]): number {
  const seen = colors.map((color) => appearance(fromHex(color)));
  return Math.min(...seen.flatMap((one, i) => seen.slice(i + 1).map((other) => distance(one, other))));
}

describe("colours of classes", () => {
  it("are those of drawn scenes for their classes, in any order", () => {
    expect(classColors(15, SCENE_CLASSES)).toEqual(SCENE_COLORS);
    expect(classColors(15, [...SCENE_CLASSES].reverse())).toEqual([...SCENE_COLORS].reverse());
  });

  it("are those of drawn scenes for the names that scenes share with other classes, the first time", () => {
    const colors = classColors(4, ["tree", "table", "tree", "water"]);
    expect([colors[0], colors[3]]).toEqual([SCENE_COLORS[3], SCENE_COLORS[6]]);
    expect(new Set(colors).size).toBe(4);
  });

  it("stay the same when there are more classes without names", () => {
    expect(classColors(151).slice(0, 23)).toEqual(classColors(23));
  });

  it.each([
    [7, 0.09],
    [19, 0.09],
    [60, 0.05],
    [151, 0.025],
    [1000, 0],
  ])("of %i classes are all different, and at least %d apart for every eye", (count, least) => {
    const colors = classColors(count);
    expect(new Set(colors).size).toBe(count);
    for (const color of colors) expect(color).toMatch(/^#[0-9a-f]{6}$/);
    expect(nearest(colors.slice(0, 200))).toBeGreaterThan(least);
  });

  it("are refused for no class, and for more names than classes", () => {
    expect(() => classColors(0)).toThrow("classes: expected a whole number in 1..1000, found 0");
    expect(() => classColors(1, ["sky", "tree"])).toThrow("class names: expected at most 1, found 2");
  });
});

describe("distances of colours", () => {
  const between = (one: string, other: string) => distance(appearance(fromHex(one)), appearance(fromHex(other)));

  it("are 1 between black and white, and 0 between a colour and itself", () => {
    expect(between("#000000", "#ffffff")).toBeCloseTo(1, 3);
    expect(between("#0072b2", "#0072b2")).toBe(0);
  });

  it("are those of the published transform to OKLab", () => {
    // The author's table: linear red (1, 0, 0) is L 0.6279, a 0.2249, b 0.1258.
    expect(toLab([255, 0, 0]).map((value) => Number(value.toFixed(3)))).toEqual([0.628, 0.225, 0.126]);
  });

  it("are small between a red and a green that colour-blind eyes confuse", () => {
    const [red, green] = [toLab(fromHex("#a05050")), toLab(fromHex("#6b6b3a"))];
    const usual = Math.hypot(...red.map((value, i) => value - green[i]));
    expect(between("#a05050", "#6b6b3a")).toBeLessThan(0.8 * usual);
  });

  it("do not depend on how a colour is written", () => {
    expect(toHex(fromHex("#0A72b2"))).toBe("#0a72b2");
    expect(toHex([0, 0, 7])).toBe("#000007");
  });
});
