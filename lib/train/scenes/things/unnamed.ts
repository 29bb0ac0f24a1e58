import { hsl, mix, type Rgb, shade } from "../color";
import type { Draws } from "../draws";
import { ellipse, path, polygon, rect } from "../shapes";
import type { Thing } from "../stage";

/** Two or three gay colours. */
function stripes(draws: Draws): Rgb[] {
  const hue = draws.between(0, 360);
  const first = hsl(hue, draws.between(0.7, 0.9), 0.52);
  const second: Rgb = draws.chance(0.5) ? [250, 246, 235] : hsl(hue + draws.pick([40, 120, 180, 210]), 0.8, 0.56);
  return draws.chance(0.3) ? [first, second, hsl(hue + 70, 0.75, 0.5)] : [first, second];
}

/** A hot-air balloon in stripes; 100 units tall. */
export const balloon: Thing = {
  metres: 4,
  width: 74,
  height: 100,
  scales: [12, 40],
  shadow: false,
  draw(pen, draws) {
    const colors = stripes(draws);
    pen.paint("background", [84, 66, 52], polygon([-9, -30, 9, -30, 8, -12, -8, -12]));
    pen.paint("background", [150, 102, 58], rect(-8.5, -15, 17, 15, 3));
    pen.detail([105, 68, 38], rect(-8.5, -15, 17, 4));
    pen.paint("background", colors[0], path("M-9 -28Q-37 -50 -37 -66Q-36 -100 0 -100Q36 -100 37 -66Q37 -50 9 -28Z"));
    for (const [i, wide] of [28, 18, 7].entries()) {
      const [low, high] = [wide * 0.3, -97 - (30 - wide) * 0.1];
      pen.detail(
        colors[(i + 1) % colors.length],
        path(
          `M${-low} -28Q${-wide * 1.25} -56 ${-wide} -70Q${-wide} -92 0 ${high}Q${wide} -92 ${wide} -70Q${wide * 1.25} -56 ${low} -28Z`,
        ),
      );
    }
    pen.detail([255, 255, 255], ellipse(-16, -78, 7, 14), 0.25);
    pen.detail([10, 10, 40], path("M9 -28Q37 -50 37 -66Q36 -96 10 -99Q28 -84 24 -64Q22 -46 5 -28Z"), 0.22);
  },
};

/** A round hay bale, its face or its side; 100 units across. */
export const hayBale: Thing = {
  metres: 1.7,
  width: 110,
  height: 96,
  scales: [22, 56],
  draw(pen, draws) {
    const straw = mix([222, 184, 96], [196, 152, 82], draws.between(0, 1));
    if (draws.chance(0.75))
      pen.paint("background", shade(straw, -0.2), path("M0 -96L26 -96Q66 -92 66 -48Q66 -4 26 0L0 0Z"));
    pen.paint("background", straw, ellipse(-4, -48, 47, 48));
    for (const [i, radius] of [41, 33, 25, 17, 9].entries()) {
      pen.detail(i % 2 === 0 ? shade(straw, -0.28) : shade(straw, 0.16), ellipse(-4, -48, radius));
    }
    pen.detail([60, 30, 0], path("M-49 -40Q-44 0 -4 0Q36 0 41 -40Q28 -10 -4 -10Q-36 -10 -49 -40Z"), 0.22);
  },
};

/** A parasol; 100 units tall. */
export const parasol: Thing = {
  metres: 2.5,
  width: 112,
  height: 100,
  scales: [18, 50],
  draw(pen, draws) {
    const colors = stripes(draws);
    pen.paint("background", [226, 218, 204], rect(-6, -72, 12, 72, 3));
    pen.paint(
      "background",
      colors[0],
      path(
        "M-60 -58Q-46 -100 0 -102Q46 -100 60 -58Q50 -50 40 -58Q30 -50 20 -58Q10 -50 0 -58Q-10 -50 -20 -58Q-30 -50 -40 -58Q-50 -50 -60 -58Z",
      ),
    );
    for (const [from, to] of [
      [-40, -20],
      [0, 20],
      [40, 60],
    ] as const) {
      const middle = (from + to) / 2;
      pen.detail(
        colors[1],
        path(`M0 -102Q${from * 0.75} -88 ${from} -58Q${middle} -50 ${to} -58Q${to * 0.75} -90 0 -102Z`),
      );
    }
    pen.detail([20, 10, 40], path("M10 -101Q48 -94 60 -58Q50 -50 40 -58Q34 -84 10 -101Z"), 0.16);
  },
};
