import { describe, expect, it } from "vitest";
import type { CircleElement, Figure, PathElement } from "../../lib/figure/description";
import { lineChartFigure } from "../../lib/figure/lineChart";
import type { LinePanel } from "../../lib/figure/linePanel";
import { type LineSeries, type Plot, seriesElements } from "../../lib/figure/lineSeries";
import { trainingCurves } from "../../lib/figure/trainingCurves";
import { sampleTraining } from "./samples";
import { texts } from "./texts";

/** A plot of 100 x 10 mm in which x is right and y is down from 10. */
const plot: Plot = { x: 0, y: 0, width: 100, height: 10, xRange: [0, 100], yRange: [0, 10], yScale: "linear" };

function drawn(points: LineSeries["points"], faint = false) {
  const elements = seriesElements("line", { name: "line", points, faint }, "#000000", plot);
  const lines = elements.filter((element): element is PathElement => element.kind === "path");
  const dots = elements.filter((element): element is CircleElement => element.kind === "circle");
  return { lines: lines.flatMap((element) => element.lines), dots: dots.map(({ x, y }) => [x, y]) };
}

describe("a line", () => {
  it("goes through its points", () => {
    expect(
      drawn([
        [0, 0],
        [50, 5],
        [100, 10],
      ]).lines,
    ).toEqual([[0, 10, 50, 5, 100, 0]]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("has a gap at %d, and a dot for a point alone", (gap) => {
    const { lines, dots } = drawn(
      [
        [0, 1],
        [10, 2],
        [20, gap],
        [30, 3],
        [gap, 4],
        [50, 5],
        [60, 6],
      ],
      true,
    );
    expect(lines).toEqual([
      [0, 9, 10, 8],
      [50, 5, 60, 4],
    ]);
    expect(dots).toEqual([[30, 7]]);
  });

  it("has dots where points are few", () => {
    const points = (count: number) => Array.from({ length: count }, (_, i): [number, number] => [i, 5]);
    expect(drawn(points(30)).dots).toHaveLength(30);
    expect(drawn(points(31)).dots).toEqual([]);
    expect(drawn(points(3), true).dots).toEqual([]);
  });

  it("is cut off at the edges of its plot", () => {
    const { lines, dots } = drawn([
      [0, 5],
      [10, 15],
      [30, 15],
      [40, 5],
      [60, -15],
    ]);
    expect(lines).toEqual([
      [0, 5, 5, 0],
      [35, 0, 40, 5, 45, 10],
    ]);
    expect(dots).toEqual([
      [0, 5],
      [40, 5],
    ]);
  });

  it("of many points keeps the highest and the lowest of each column", () => {
    const points = Array.from({ length: 100_000 }, (_, i): [number, number] => [i / 1000, i === 777 ? 9 : 5 + (i % 2)]);
    const { lines } = drawn(points, true);
    const ys = lines[0].filter((_, i) => i % 2 === 1);
    expect(lines[0].length).toBeLessThan(16_000);
    expect(Math.min(...ys)).toBeCloseTo(1);
    expect(Math.max(...ys)).toBe(5);
    expect([...lines[0].slice(0, 2), ...lines[0].slice(-2)]).toEqual([0, 5, 99.999, 4]);
  });
});

describe("a line chart", () => {
  const panel: LinePanel = {
    title: "Loss",
    xLabel: "Step",
    yLabel: "Loss",
    series: [
      {
        name: "one",
        points: [
          [0, 3],
          [7, 11],
        ],
      },
      { name: "two", points: [[0, 5]] },
    ],
  };

  it("names its lines where there are several, and its panels by letters", () => {
    const alone = { ...panel, series: panel.series.slice(0, 1) };
    const figure = lineChartFigure({ panels: [panel, alone] });
    expect(texts(figure, /^legend/)).toEqual(["one", "two"]);
    expect(texts(figure, /^title/)).toEqual(["(a) Loss", "(b) Loss"]);
    expect(texts(lineChartFigure({ panels: [panel] }), /^title/)).toEqual(["Loss"]);
  });

  it("has axes around all of its points", () => {
    const numbers = (axis: string) => texts(lineChartFigure({ panels: [panel] }), new RegExp(`^${axis}-number`));
    expect([numbers("x")[0], numbers("x").at(-1)]).toEqual(["0", "7"]);
    expect([numbers("y")[0], numbers("y").at(-1)]).toEqual(["3", "11"]);
  });

  it("says so when it has no values", () => {
    const empty = { ...panel, series: [{ name: "one", points: [[1, Number.NaN]] }] } as const;
    expect(texts(lineChartFigure({ panels: [empty] }), /^empty/)).toEqual(["no values"]);
  });
});

describe("the curves of a training", () => {
  const path = (figure: Figure, id: string) => figure.elements.find((element) => element.id === id) as PathElement;

  it("have the steps of the whole training on every axis", () => {
    const figure = trainingCurves(sampleTraining(60, 2));
    for (const panel of [1, 2, 3]) expect(texts(figure, new RegExp(`^x-number-${panel}-`)).at(-1)).toBe("60");
  });

  it("show every loss, and a mean that varies less", () => {
    const figure = trainingCurves(sampleTraining(1000, 3), { smoothing: 101 });
    const range = (line: readonly number[]) => {
      const ys = line.filter((_, i) => i % 2 === 1);
      return Math.max(...ys) - Math.min(...ys);
    };
    const [raw, mean] = [path(figure, "line-1-2"), path(figure, "line-1-4")];
    expect([raw.opacity < 1, mean.opacity]).toEqual([true, 1]);
    expect(range(mean.lines[0])).toBeLessThan(range(raw.lines[0]) / 3);
    expect(texts(figure, /^title-1/).join(" ")).toBe("(a) Training loss, mean of 101 values");
  });

  it("leave out the auxiliary heads of a model without them", () => {
    const { losses, evaluations } = sampleTraining(60, 2);
    const bare = { losses: losses.map((loss) => ({ ...loss, auxiliaryLoss: 0 })), evaluations };
    expect(texts(trainingCurves(bare), /^legend-1/)).toEqual([]);
  });

  it.each([0, 1, 2])("can be drawn with %i evaluations", (count) => {
    const figure = trainingCurves(sampleTraining(30 * count, count));
    const dots = figure.elements.filter(({ id, kind }) => kind === "circle" && id?.startsWith("line-3"));
    expect(dots).toHaveLength(2 * count);
    expect(texts(figure, /^empty/)).toHaveLength(count === 0 ? 3 : 0);
  });
});
