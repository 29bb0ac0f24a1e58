import { hsl, type Rgb, shade } from "../color";
import type { Draws } from "../draws";
import type { Mood } from "../mood";
import { ellipse, path, polygon, rect } from "../shapes";
import type { Pen } from "../sketch";
import type { Thing } from "../stage";

const GLASS: Rgb = [58, 74, 92];
const TYRE: Rgb = [28, 28, 32];

function bodyColor(draws: Draws): Rgb {
  if (draws.chance(0.35)) return hsl(220, 0.06, draws.pick([0.16, 0.45, 0.75, 0.93]));
  return hsl(draws.pick([2, 8, 28, 46, 140, 175, 205, 220, 335]), draws.between(0.55, 0.9), draws.between(0.35, 0.55));
}

/** Outline of the body and of its side windows, 100 units long, by build. */
const BUILDS = [
  {
    body: "M-50 -10L-50 -22Q-49 -27 -38 -28L-30 -29L-17 -42Q-15 -44 -11 -44L12 -44Q16 -44 19 -41L32 -29L44 -26Q50 -24 50 -18L50 -10Z",
    glass: "M-25 -29L-14 -40L-1 -40L-1 -29ZM3 -29L3 -40L13 -40L25 -29Z",
  },
  {
    body: "M-48 -10L-48 -26Q-48 -30 -45 -32L-36 -46Q-34 -49 -30 -49L10 -49Q15 -49 18 -46L31 -31L44 -28Q50 -26 50 -20L50 -10Z",
    glass: "M-40 -32L-32 -45L-10 -45L-10 -32ZM-6 -32L-6 -45L11 -45L24 -32Z",
  },
  {
    body: "M-50 -10L-50 -50Q-50 -54 -46 -54L22 -54Q27 -54 30 -50L40 -32L46 -30Q50 -28 50 -22L50 -10Z",
    glass: "M-45 -34L-45 -48L-24 -48L-24 -34ZM-20 -34L-20 -48L2 -48L2 -34ZM6 -34L6 -48L24 -48L32 -34Z",
  },
] as const;

/** A car from its side: saloon, hatchback or van; 100 units long. */
export const carSide: Thing = {
  metres: 3.2,
  width: 100,
  height: 50,
  scales: [16, 48],
  draw(pen, draws, mood) {
    const color = bodyColor(draws);
    const { body, glass } = draws.pick(BUILDS);
    pen.paint("car", TYRE, rect(-44, -14, 88, 10));
    pen.paint("car", pen.gradient(shade(color, 0.25), shade(color, -0.25)), path(body));
    pen.detail(GLASS, path(glass));
    pen.detail([255, 255, 255], polygon([-20, -31, -11, -40, -7, -40, -16, -31]), 0.35);
    pen.detail(shade(color, -0.4), rect(-49, -17, 98, 2.4));
    pen.detail(shade(color, -0.5), rect(1, -27, 7, 2));
    lamps(pen, mood);
    for (const x of [-29, 29]) {
      pen.paint("car", TYRE, ellipse(x, -9.5, 10.5));
      pen.detail([175, 178, 184], ellipse(x, -9.5, 5.5));
      pen.detail([90, 92, 98], ellipse(x, -9.5, 2));
    }
  },
};

function lamps(pen: Pen, mood: Mood): void {
  pen.detail([210, 40, 40], rect(-50, -25, 4.5, 6, 1.5));
  pen.detail([255, 244, 190], rect(44, -24, 6, 6, 2));
  if (mood.lit > 0.5) pen.detail([255, 246, 200], ellipse(49, -21, 9), 0.4);
}

/** A car from ahead or behind; 100 units wide. */
export const carFront: Thing = {
  metres: 1.9,
  width: 100,
  height: 88,
  scales: [24, 76],
  draw(pen, draws, mood) {
    const color = bodyColor(draws);
    const rear = draws.chance(0.5);
    const high = draws.between(80, 98);
    const lamp: Rgb = rear ? [205, 35, 40] : [255, 246, 205];
    pen.paint("car", TYRE, rect(-46, -18, 22, 18, 4));
    pen.paint("car", TYRE, rect(24, -18, 22, 18, 4));
    const roof = `M-46 -48L-34 ${-high + 5}Q-32 ${-high} -26 ${-high}L26 ${-high}Q32 ${-high} 34 ${-high + 5}L46 -48Z`;
    pen.paint("car", shade(color, -0.08), path(roof));
    pen.paint("car", pen.gradient(shade(color, 0.2), shade(color, -0.3)), rect(-50, -54, 100, 46, 11));
    pen.detail(GLASS, polygon([-38, -51, -28, -high + 7, 28, -high + 7, 38, -51]));
    pen.detail([255, 255, 255], polygon([-26, -53, -14, -high + 9, -4, -high + 9, -16, -53]), 0.3);
    for (const x of [-46, 26]) pen.detail(lamp, rect(x, -42, 20, 10, rear ? 2 : 5));
    if (mood.lit > 0.5) for (const x of [-36, 36]) pen.detail(lamp, ellipse(x, -37, 13), 0.4);
    pen.detail(shade(color, -0.6), rect(-20, rear ? -30 : -40, 40, 11, 3));
    pen.detail([235, 235, 225], rect(-13, -24, 26, 8, 1));
    pen.detail([45, 46, 50], rect(-48, -15, 96, 6, 3));
  },
};
