import { describe, expect, it } from "vitest";
import { barsFigure } from "../../lib/figure/bars";
import { classScoresFigure } from "../../lib/figure/classScores";
import type { Figure, RectElement } from "../../lib/figure/description";
import { SCENE_COLORS } from "../../lib/train/scenes/palette";
import { sampleScores } from "./samples";
import { texts } from "./texts";

function bars(figure: Figure): RectElement[] {
  return figure.elements.filter((element): element is RectElement => element.kind === "rect");
}

describe("bars", () => {
  it("are as long as their values, from zero to both sides", () => {
    const [one, two, three] = bars(
      barsFigure([
        { name: "a", value: 3 },
        { name: "b", value: -2 },
        { name: "c", value: 1 },
      ]),
    );
    expect(one.width / three.width).toBeCloseTo(3);
    expect(two.width / three.width).toBeCloseTo(2);
    expect(two.x + two.width).toBeCloseTo(one.x);
  });

  it("have values with as many decimals, and a dash where there is none", () => {
    expect(texts(barsFigure(sampleScores), /^value-\d/)).toEqual(["97.1", "−3.3", "53.0", "–", "71.0"]);
    expect(bars(barsFigure(sampleScores))).toHaveLength(4);
    const options = { format: (value: number) => `${Math.round(value)} %` };
    expect(texts(barsFigure([{ name: "a", value: 12.7 }], options), /^value-\d/)).toEqual(["13 %"]);
  });

  it("have the axis asked for", () => {
    const figure = barsFigure([{ name: "a", value: 25 }], { range: [0, 100], valueLabel: "IoU in %" });
    const ticks = texts(figure, /^tick/);
    expect([ticks[0], ticks.at(-1)]).toEqual(["0", "100"]);
    expect(texts(figure, /^value-label/)).toEqual(["IoU in %"]);
  });

  it("can all be zero or missing", () => {
    expect(
      bars(
        barsFigure([
          { name: "a", value: 0 },
          { name: "b", value: Number.NaN },
        ]),
      ),
    ).toEqual([]);
  });
});

describe("scores of classes", () => {
  it("stand highest first, missing ones last, in the colours of their classes", () => {
    const figure = classScoresFigure(sampleScores);
    expect(texts(figure, /^name-[1245]-/)).toEqual(["sky", "person", "tree", "car"]);
    expect(bars(figure)[0].fill).toBe(SCENE_COLORS[1]);
    expect(bars(figure)[1].fill).toBe(SCENE_COLORS[12]);
  });

  it("stay in the order given, and say when they are not all", () => {
    const figure = classScoresFigure(sampleScores, { order: "given", limit: 2 });
    expect(texts(figure, /^name/)).toEqual(["sky", "tree"]);
    expect(texts(figure, /^note/)).toEqual(["2 of 5 are shown."]);
  });
});
