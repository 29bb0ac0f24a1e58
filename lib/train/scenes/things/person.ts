import { hsl, type Rgb, shade } from "../color";
import type { Draws } from "../draws";
import { bar, blob, ellipse, path, polygon, rect } from "../shapes";
import type { Pen } from "../sketch";
import type { Thing } from "../stage";

const SKINS: readonly Rgb[] = [
  [245, 208, 178],
  [226, 178, 138],
  [190, 132, 92],
  [132, 86, 58],
  [92, 60, 44],
];

const HAIRS: readonly Rgb[] = [
  [40, 30, 28],
  [92, 60, 36],
  [196, 150, 84],
  [150, 146, 142],
  [140, 62, 30],
];

interface Clothes {
  readonly skin: Rgb;
  readonly hair: Rgb;
  readonly top: Rgb;
  readonly bottom: Rgb;
}

/** Someone who stands, walks or waves, in trousers or a dress; 100 units tall. */
export const person: Thing = {
  metres: 1.85,
  width: 44,
  height: 100,
  scales: [27, 84],
  draw(pen, draws) {
    const clothes = drawClothes(draws);
    if (draws.chance(0.3)) dress(pen, draws, clothes);
    else trousers(pen, draws, clothes);
    arms(pen, draws, clothes);
    head(pen, draws, clothes);
  },
};

function drawClothes(draws: Draws): Clothes {
  const top = draws.chance(0.2)
    ? hsl(0, 0, draws.between(0.12, 0.95))
    : hsl(draws.between(0, 360), draws.between(0.45, 0.9), draws.between(0.35, 0.62));
  const jeans = hsl(draws.between(205, 235), draws.between(0.2, 0.55), draws.between(0.18, 0.42));
  const plain = hsl(draws.between(0, 60), draws.between(0, 0.35), draws.between(0.12, 0.7));
  return { skin: draws.pick(SKINS), hair: draws.pick(HAIRS), top, bottom: draws.chance(0.6) ? jeans : plain };
}

function trousers(pen: Pen, draws: Draws, { top, bottom }: Clothes): void {
  const stride = draws.chance(0.5) ? draws.between(3, 13) : 2;
  const shoe = shade(bottom, -0.6);
  pen.paint("person", shade(bottom, -0.15), bar(4, -46, 6 + stride, -6, 14));
  pen.paint("person", bottom, bar(-4, -46, -6 - stride, -6, 14));
  pen.paint("person", shoe, rect(-1 + stride, -7, 16, 7, 3));
  pen.paint("person", shoe, rect(-13 - stride, -7, 16, 7, 3));
  pen.paint("person", top, blob([-16, -78, 0, -82, 16, -78, 14, -56, 14, -40, 0, -38, -14, -40, -14, -56]));
  if (draws.chance(0.35)) pen.detail(shade(top, 0.55), rect(-14, -66, 28, 6), 0.9);
  pen.detail(shade(top, -0.4), blob([6, -79, 16, -77, 14, -56, 14, -41, 7, -40, 9, -58]), 0.35);
}

function dress(pen: Pen, draws: Draws, { skin, top }: Clothes): void {
  const hem = draws.between(-14, -26);
  pen.paint("person", shade(skin, -0.1), bar(6, hem - 6, 7, -5, 10));
  pen.paint("person", skin, bar(-6, hem - 6, -7, -5, 10));
  pen.paint("person", [50, 40, 50], rect(-13, -7, 11, 7, 3));
  pen.paint("person", [50, 40, 50], rect(3, -7, 11, 7, 3));
  pen.paint("person", top, polygon([-13, -79, 13, -79, 11, -56, 23, hem, -23, hem, -11, -56]));
  pen.detail(shade(top, -0.35), polygon([5, -79, 13, -79, 11, -56, 23, hem, 10, hem, 5, -56]), 0.35);
  pen.detail(shade(top, -0.5), rect(-11, -59, 22, 4), 0.7);
}

function arms(pen: Pen, draws: Draws, { skin, top }: Clothes): void {
  const wave = draws.chance(0.2);
  for (const side of [-1, 1]) {
    const raised = wave && side === 1;
    const [x, y] = raised ? [side * 25, -96] : [side * draws.between(18, 24), -46];
    const sleeve = draws.chance(0.7) ? shade(top, -0.12) : skin;
    pen.paint("person", sleeve, bar(side * 14, -74, x, y, 10));
    pen.paint("person", skin, ellipse(x, y, 5.2));
  }
  if (draws.chance(0.25)) {
    const bag = hsl(draws.between(0, 360), 0.5, 0.35);
    pen.paint("person", bag, rect(14, -50, 15, 15, 3));
  }
}

function head(pen: Pen, draws: Draws, { skin, hair, top }: Clothes): void {
  pen.paint("person", skin, rect(-5, -84, 10, 10));
  if (draws.chance(0.4)) pen.paint("person", hair, blob([-11, -96, 0, -102, 11, -96, 13, -76, 0, -80, -13, -76]));
  pen.paint("person", skin, ellipse(0, -90, 9.5, 10.5));
  const cap = draws.chance(0.3);
  const crown = [-10.5, -90, -10, -98, 0, -103, 10, -98, 10.5, -90, 0, -95];
  pen.paint("person", cap ? shade(top, -0.25) : hair, blob(crown));
  if (cap) pen.paint("person", shade(top, -0.35), rect(-14, -95, 28, 5, 2));
  pen.detail([40, 30, 30], ellipse(-3.6, -89, 1.3));
  pen.detail([40, 30, 30], ellipse(3.6, -89, 1.3));
  pen.detail([176, 66, 70], path("M-4 -85.5Q0 -83 4 -85.5Q0 -79.5 -4 -85.5Z"));
}
