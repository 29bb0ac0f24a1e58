import { hsl, type Rgb, shade } from "../color";
import type { Draws } from "../draws";
import { path, polygon, rect } from "../shapes";
import type { Pen } from "../sketch";
import type { Thing } from "../stage";

const HULL = "M-50 -20L50 -23Q45 -4 33 0L-38 0Q-47 -5 -50 -20Z";

function hullColor(draws: Draws): Rgb {
  if (draws.chance(0.3)) return [240, 240, 236];
  return hsl(draws.pick([4, 14, 28, 42, 150, 200, 215, 228]), draws.between(0.45, 0.85), draws.between(0.28, 0.5));
}

function hull(pen: Pen, draws: Draws): void {
  const color = hullColor(draws);
  pen.paint("boat", pen.gradient(shade(color, 0.12), shade(color, -0.35)), path(HULL));
  pen.detail(
    draws.pick([shade(color, 0.75), [245, 240, 225], [200, 50, 45]] as const),
    polygon([-50, -20, 50, -23, 49, -17, -49, -14]),
  );
}

function drawSails(pen: Pen, draws: Draws): void {
  const main: Rgb = draws.chance(0.6)
    ? [247, 243, 232]
    : hsl(draws.pick([5, 22, 40, 190, 215]), 0.65, draws.between(0.5, 0.7));
  const jib = draws.chance(0.5) ? main : hsl(draws.pick([5, 40, 205]), 0.6, 0.6);
  const high = draws.between(92, 118);
  pen.paint("boat", [110, 78, 52], rect(-3, -high, 6, high - 18));
  pen.paint("boat", pen.gradient(main, shade(main, -0.14), "right"), path(`M3 ${-high}Q44 -62 40 -29L3 -29Z`));
  pen.paint("boat", shade(jib, -0.06), path(`M-4 ${-high + 8}L-44 -29L-4 -29Z`));
  pen.detail(shade(main, -0.3), rect(3, -56, 30, 1.6), 0.5);
}

/** A sailing boat; 100 units long. */
export const sailingBoat: Thing = {
  metres: 3.6,
  width: 100,
  height: 110,
  scales: [15, 31],
  shadow: false,
  draw(pen, draws) {
    drawSails(pen, draws);
    hull(pen, draws);
  },
};

/** A fishing boat or motor yacht with a cabin; 100 units long. */
export const motorBoat: Thing = {
  metres: 3.6,
  width: 100,
  height: 56,
  scales: [16, 34],
  shadow: false,
  draw(pen, draws) {
    const cabin: Rgb = draws.chance(0.6) ? [244, 243, 238] : hsl(draws.pick([25, 40, 205]), 0.4, 0.6);
    const high = draws.between(42, 56);
    pen.paint("boat", cabin, polygon([-28, -18, -26, -high, 12, -high, 22, -18]));
    pen.detail([60, 82, 104], polygon([-21, -31, -20, -high + 5, -6, -high + 5, -6, -31]));
    pen.detail([60, 82, 104], polygon([-2, -31, -2, -high + 5, 9, -high + 5, 13, -31]));
    pen.paint(
      "boat",
      draws.pick([
        [190, 60, 50],
        [60, 80, 110],
        [230, 230, 225],
      ] as const),
      rect(-31, -high - 5, 48, 8, 2),
    );
    if (draws.chance(0.5)) pen.paint("boat", [200, 70, 50], rect(-24, -high - 17, 13, 14, 1));
    hull(pen, draws);
  },
};

/** A rowing boat; 100 units long. */
export const rowingBoat: Thing = {
  metres: 3,
  width: 100,
  height: 30,
  scales: [20, 42],
  shadow: false,
  draw(pen, draws) {
    const wood = hsl(draws.between(18, 34), draws.between(0.4, 0.65), draws.between(0.3, 0.48));
    const paint = draws.chance(0.6) ? wood : hsl(draws.pick([4, 145, 205, 220]), 0.6, 0.42);
    pen.paint("boat", shade(wood, -0.45), path("M-52 -24Q0 -36 52 -28L42 -14L-42 -12Z"));
    for (const x of [-22, 4]) pen.detail(shade(wood, 0.35), rect(x, -26, 14, 6));
    pen.paint(
      "boat",
      pen.gradient(shade(paint, 0.15), shade(paint, -0.35)),
      path("M-52 -26Q0 -12 52 -30Q46 -4 32 0L-36 0Q-48 -6 -52 -26Z"),
    );
    pen.detail(shade(paint, 0.6), path("M-52 -26Q0 -12 52 -30L51 -25Q0 -7 -51 -21Z"));
  },
};
