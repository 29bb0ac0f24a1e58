import { type LinePanel, type LineSeries, lineChartFigure, saveFigure } from "setr";
import { BASE_COLORS } from "setr/dist/figure/classPalette";
import type { Point, Sample, Sweep } from "./scaling";
import { type PowerLaw, powerLaw } from "./statistics";

/** The picture's name, beside the page. */
export const PICTURE = "scaling.png";

type Pass = "plain" | "captured";

/** What the vertical axes show. */
const QUANTITIES = [
  { key: "seconds", title: "time", yLabel: "Seconds" },
  { key: "memory", title: "memory", yLabel: "Peak above an empty process, GB" },
] as const;

const NAMES: Readonly<Record<Pass, string>> = { plain: "scores", captured: "all captured" };
const CURVE_POINTS = 40;

/** Panels of time above panels of memory; dots are measured, lines the fitted power laws. */
export async function drawScaling(sweeps: readonly Sweep[], path: string): Promise<void> {
  const panels = QUANTITIES.flatMap((quantity) => sweeps.map((sweep) => panelOf(sweep, quantity)));
  const note =
    "Dots: measured, each size in a process of its own. Lines: the power law nearest to them, with its exponent. Images: the " +
    "weights in the box. Tokens: T-Base's width, 4 layers. Layers: T-Base's width, 20x20 patches.";
  await saveFigure(lineChartFigure({ panels }, { panelsPerRow: sweeps.length, note, title: "Scaling" }), path);
}

function panelOf(sweep: Sweep, { key, title, yLabel }: (typeof QUANTITIES)[number]): LinePanel {
  const series = (["plain", "captured"] as const).flatMap((pass, index) =>
    lines(sweep, pass, key, BASE_COLORS[index]!),
  );
  const most = Math.max(...sweep.points.flatMap(({ plain, captured }) => [plain[key], captured[key]]));
  const end = sweep.points.at(-1)!.x;
  return {
    title: `${sweep.title}: ${title}`,
    xLabel: sweep.label,
    yLabel,
    series,
    xRange: [0, end],
    yRange: [0, 1.05 * most],
  };
}

function lines(sweep: Sweep, pass: Pass, key: keyof Sample, color: string): LineSeries[] {
  const law = lawOf(sweep.points, pass, key);
  const [first, last] = [sweep.points[0]!.x, sweep.points.at(-1)!.x];
  const curve = Array.from({ length: CURVE_POINTS }, (_, i) => {
    const x = first * (last / first) ** (i / (CURVE_POINTS - 1));
    return [x, law.factor * x ** law.exponent] as const;
  });
  const measured = sweep.points.map((point) => [point.x, point[pass][key]] as const);
  return [
    { name: `${NAMES[pass]}: ${exponentText(law.exponent)}`, points: curve, color, dots: "none" },
    { name: "", points: measured, color, dots: "only" },
  ];
}

function lawOf(points: readonly Point[], pass: Pass, key: keyof Sample): PowerLaw {
  return powerLaw(points.map((point) => [point.x, point[pass][key]]));
}

function exponentText(exponent: number): string {
  return (Math.abs(exponent) < 0.005 ? 0 : exponent).toFixed(2);
}

/** Measured exponents beside the expected ones. */
export function scalingTable(sweeps: readonly Sweep[]): string {
  const rows = sweeps.flatMap((sweep) =>
    QUANTITIES.map(({ key, title }) => {
      const [plain, captured] = (["plain", "captured"] as const).map((pass) => lawOf(sweep.points, pass, key).exponent);
      const counted =
        key === "seconds" ? powerLaw(sweep.points.map(({ x, flop }) => [x, flop])).exponent.toFixed(2) : "";
      const xs = sweep.points.map(({ x }) => x).join(", ");
      return `| ${sweep.title} (${xs}), ${title} | ${exponentText(plain!)} | ${exponentText(captured!)} | ${counted} | ${sweep.expected[key]} |`;
    }),
  );
  return ["| exponent over | scores | all captured | FLOP | expected |", "|---|---:|---:|---:|---|", ...rows].join(
    "\n",
  );
}
