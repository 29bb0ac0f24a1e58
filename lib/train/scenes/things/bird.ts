import { type Rgb, shade } from "../color";
import type { Draws } from "../draws";
import type { Mood } from "../mood";
import { bar, ellipse, path, polygon } from "../shapes";
import type { Pen } from "../sketch";
import type { Thing } from "../stage";

interface Plumage {
  readonly body: Rgb;
  readonly wing: Rgb;
  readonly tip: Rgb;
  readonly beak: Rgb;
}

const PLUMAGES: readonly Plumage[] = [
  { body: [248, 248, 246], wing: [172, 182, 194], tip: [40, 42, 50], beak: [240, 170, 40] },
  { body: [34, 34, 42], wing: [46, 46, 56], tip: [20, 20, 26], beak: [60, 56, 56] },
  { body: [112, 78, 54], wing: [134, 96, 66], tip: [66, 44, 34], beak: [235, 180, 60] },
  { body: [198, 62, 48], wing: [150, 44, 44], tip: [60, 30, 36], beak: [245, 205, 90] },
  { body: [52, 84, 150], wing: [38, 62, 120], tip: [24, 34, 66], beak: [240, 150, 50] },
];

/** By night only the paler ones, which can be told from the sky. */
function pickPlumage(draws: Draws, mood: Mood): Plumage {
  return draws.pick(mood.name === "night" ? PLUMAGES.filter(({ body }) => body[0] > 110) : PLUMAGES);
}

/** A bird in flight with spread wings; 100 units from tip to tip. */
export const flyingBird: Thing = {
  metres: 1,
  width: 100,
  height: 60,
  scales: [36, 90],
  shadow: false,
  draw(pen, draws, mood) {
    const plumage = pickPlumage(draws, mood);
    pen.within(`translate(0 -24) rotate(${draws.between(-14, 14).toFixed(0)})`, () => {
      if (draws.chance(0.55)) gliding(pen, draws, plumage);
      else flapping(pen, draws, plumage);
    });
  },
};

/** From ahead: both wings bent, the body between them. */
function gliding(pen: Pen, draws: Draws, { body, wing, tip, beak }: Plumage): void {
  const up = draws.between(8, 24);
  for (const side of [-1, 1]) {
    const at = (x: number, y: number) => `${side * x} ${y}`;
    const outline = `M${at(2, -9)}Q${at(22, -up - 18)} ${at(50, -up + 12)}Q${at(28, -up + 10)} ${at(3, 11)}Z`;
    pen.paint("bird", side < 0 ? wing : shade(wing, -0.15), path(outline));
    pen.detail(
      tip,
      path(`M${at(36, -up - 3)}Q${at(44, -up + 3)} ${at(50, -up + 12)}Q${at(42, -up + 9)} ${at(34, -up + 9)}Z`),
    );
  }
  pen.paint("bird", shade(body, -0.12), polygon([-5, 10, 5, 10, 10, 27, -10, 27]));
  pen.paint("bird", body, ellipse(0, 2, 9, 16));
  pen.paint("bird", body, ellipse(0, -14, 8));
  pen.paint("bird", beak, polygon([-3.5, -18, 3.5, -18, 0, -27]));
}

/** From the side: one wing up, the other behind it. */
function flapping(pen: Pen, draws: Draws, { body, wing, tip, beak }: Plumage): void {
  const lean = draws.between(-8, 10);
  pen.paint("bird", shade(wing, -0.25), path(`M2 -2Q${18 + lean} -34 ${30 + lean} -40Q${30 + lean} -20 20 4Z`));
  pen.paint("bird", shade(body, -0.12), polygon([-24, -4, -48, -10, -46, 8, -22, 7]));
  pen.paint("bird", body, ellipse(0, 2, 30, 12));
  pen.paint("bird", body, ellipse(29, -5, 10));
  pen.paint("bird", beak, polygon([37, -9, 50, -3, 37, 1]));
  pen.paint("bird", wing, path(`M-16 2Q${-22 + lean} -26 ${-14 + lean} -46Q${6 + lean} -30 16 2Z`));
  pen.detail(tip, path(`M${-18 + lean} -28Q${-18 + lean} -38 ${-14 + lean} -46Q${-6 + lean} -40 ${-2 + lean} -32Z`));
  pen.detail([20, 20, 24], ellipse(31, -7, 1.8));
}

/** A bird on its feet or swimming; 100 units long. */
export const standingBird: Thing = {
  metres: 1.15,
  width: 90,
  height: 66,
  scales: [38, 80],
  draw(pen, draws, mood) {
    const plumage = pickPlumage(draws, mood);
    for (const x of [-6, 8]) pen.paint("bird", plumage.beak, bar(x, -18, x, -3, 6));
    perched(pen, plumage);
  },
};

/** A bird on the water; 100 units long. */
export const swimmingBird: Thing = {
  ...standingBird,
  shadow: false,
  draw(pen, draws, mood) {
    const plumage = pickPlumage(draws, mood);
    pen.within("translate(0 13)", () => perched(pen, plumage));
  },
};

function perched(pen: Pen, { body, wing, tip, beak }: Plumage): void {
  pen.paint("bird", tip, polygon([-28, -36, -52, -38, -50, -26, -26, -20]));
  pen.paint("bird", body, path("M-36 -32Q-20 -46 12 -46Q34 -44 32 -28Q26 -12 0 -12Q-28 -12 -36 -32Z"));
  pen.paint("bird", body, bar(24, -36, 30, -54, 16));
  pen.paint("bird", body, ellipse(31, -58, 11, 10));
  pen.paint("bird", beak, polygon([39, -63, 54, -57, 39, -53]));
  pen.detail(wing, path("M-38 -34Q-14 -46 12 -38Q14 -20 -10 -20Q-28 -22 -38 -34Z"));
  pen.detail(tip, path("M-38 -34Q-20 -34 -8 -24Q-28 -22 -38 -34Z"));
  pen.detail([18, 18, 22], ellipse(33, -60, 2));
}
