import { describe, expect, it } from "vitest";
import { FigureError } from "../../lib/errors";
import { confusionMatrixFigure } from "../../lib/figure/confusionMatrix";
import type { Figure } from "../../lib/figure/description";
import { sampleClassNames, sampleConfusion } from "./analysisSamples";
import { outside, overlaps } from "./boxes";
import { recipe } from "./samples";
import { texts } from "./texts";

describe.each([60, 84, 174, 331, "slide"] as const)("at a page width of %s", (width) => {
  const options = { width, recipe, untrained: true };
  const figures: Record<string, Figure> = {
    "a confusion of 15 classes": confusionMatrixFigure(sampleConfusion(15), {
      ...options,
      classNames: sampleClassNames(15),
    }),
    "a confusion of 150 classes": confusionMatrixFigure(sampleConfusion(150), options),
    "a confusion of two classes": confusionMatrixFigure(sampleConfusion(2), { ...options, note: "Two." }),
  };
  for (const [name, figure] of Object.entries(figures)) {
    it(`${name} keeps texts apart from each other and from pictures`, () => expect(overlaps(figure)).toEqual([]));
    it(`${name} stays on the page`, () => expect(outside(figure)).toEqual([]));
  }
});

describe("a confusion matrix", () => {
  const classNames = ["sky", "sea", "sand", "ship"];
  const counts = [60, 30, 0, 10, 0, 5, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0]; // sky, sea; no sand or ship is labelled
  const cells = (figure: Figure) => figure.elements.find((element) => element.kind === "heatmap");

  it("has the shares of each label's pixels as rows, and no number where a class has none", () => {
    const figure = confusionMatrixFigure({ classes: 4, counts }, { classNames });
    const none = Number.NaN;
    const rows = [0.6, 0.3, 0, 0.1, 0, 0.5, 0.5, 0, none, none, none, none, none, none, none, none];
    expect(cells(figure)).toMatchObject({ range: [0, 1], values: { data: Float32Array.from(rows) } });
    expect(texts(figure, /^row/)).toEqual(classNames);
    expect(texts(figure, /^column/)).toEqual(classNames);
  });

  it("leaves out classes that do not occur, and those with fewest labelled pixels where a limit is set", () => {
    const some = counts.map((count, i) => (i % 4 === 3 ? 0 : count));
    expect(texts(confusionMatrixFigure({ classes: 4, counts: some }, { classNames }), /^row/)).not.toContain("ship");
    const figure = confusionMatrixFigure({ classes: 4, counts }, { classNames, limit: 2 });
    expect(texts(figure, /^row/)).toEqual(["sky", "sea"]);
    expect([...cells(figure)!.values.data]).toEqual([0.6, 0.3, 0, 0.5].map(Math.fround));
    expect(texts(figure, /^note/)).toEqual(["2 of 4 classes are shown."]);
  });

  it("numbers its classes where names do not fit, and says so", () => {
    const figure = confusionMatrixFigure(sampleConfusion(150));
    expect(texts(figure, /^row/).every((text) => /^\d+$/.test(text))).toBe(true);
    expect(texts(figure, /^note/).join(" ")).toBe("Numbers are those of the classes.");
  });
});

const cases: [code: string, message: string, make: () => unknown][] = [
  [
    "counts-invalid",
    "confusion: expected 2x2 counts, found 3",
    () => confusionMatrixFigure({ classes: 2, counts: [1, 2, 3] }),
  ],
  [
    "counts-invalid",
    "confusion: expected counts of at least 0, found -1",
    () => confusionMatrixFigure({ classes: 2, counts: [1, -1, 0, 0] }),
  ],
  [
    "counts-invalid",
    "classNames: expected 2, found 1",
    () => confusionMatrixFigure({ classes: 2, counts: [1, 0, 0, 1] }, { classNames: ["sky"] }),
  ],
  [
    "counts-empty",
    "confusion: expected at least one counted pixel, found none",
    () => confusionMatrixFigure({ classes: 1, counts: [0] }),
  ],
];

it.each(cases)("%s: %s", (code, message, make) => {
  expect(make).toThrow(expect.objectContaining({ code, message }));
  expect(make).toThrow(FigureError);
});
