import { hsl, type Rgb, shade } from "../color";
import type { Draws } from "../draws";
import { blob, ellipse, polygon } from "../shapes";
import type { Pen } from "../sketch";
import type { Thing } from "../stage";

const BARK: Rgb = [98, 70, 50];

function leafColor(draws: Draws): Rgb {
  const green = hsl(draws.between(95, 150), draws.between(0.3, 0.6), draws.between(0.19, 0.32));
  const autumn = hsl(draws.between(14, 42), draws.between(0.6, 0.8), draws.between(0.36, 0.48));
  return draws.chance(0.16) ? autumn : green;
}

function trunk(pen: Pen, width: number, top: number): void {
  const half = width / 2;
  pen.paint("tree", BARK, polygon([-half * 0.7, top, half * 0.7, top, half * 1.3, 0, -half * 1.3, 0]));
  pen.detail(shade(BARK, -0.4), polygon([half * 0.1, top, half * 0.7, top, half * 1.3, 0, half * 0.2, 0]), 0.6);
}

/** Round clumps of leaves about a middle, dark below and light above. */
function crown(pen: Pen, draws: Draws, color: Rgb, x: number, y: number, rx: number, ry: number): void {
  const count = 9;
  for (let i = 0; i < count; i++) {
    const angle = (2 * Math.PI * i) / count + draws.between(-0.2, 0.2);
    const size = Math.min(rx, ry) * draws.between(0.38, 0.5);
    const [cx, cy] = [x + rx * 0.68 * Math.cos(angle), y + ry * 0.68 * Math.sin(angle)];
    pen.paint("tree", shade(color, Math.sin(angle) > 0 ? -0.25 : -0.08), ellipse(cx, cy, size));
  }
  pen.paint("tree", color, ellipse(x, y, rx * 0.74, ry * 0.74));
  for (let i = 0; i < 8; i++) {
    const [dx, dy] = [draws.between(-0.62, 0.5), draws.between(-0.66, 0.4)];
    const tone = shade(color, dy < -0.1 ? 0.16 : -0.14);
    pen.detail(tone, ellipse(x + dx * rx, y + dy * ry, rx * 0.2, ry * 0.16), 0.75);
  }
}

/** A broad-leaved tree; 100 units tall. */
export const broadTree: Thing = {
  metres: 4.6,
  width: 72,
  height: 100,
  scales: [11, 40],
  draw(pen, draws) {
    trunk(pen, 12, -50);
    const rx = draws.between(28, 38);
    crown(pen, draws, leafColor(draws), draws.between(-3, 3), -64, rx, draws.between(29, 36));
  },
};

/** A fir in three to five tiers; 100 units tall. */
export const firTree: Thing = {
  metres: 5,
  width: 50,
  height: 100,
  scales: [11, 38],
  draw(pen, draws) {
    const color = hsl(draws.between(120, 165), draws.between(0.28, 0.45), draws.between(0.15, 0.26));
    const tiers = draws.whole(3, 5);
    const half = draws.between(20, 29);
    trunk(pen, 10, -20);
    for (let i = 0; i < tiers; i++) {
      const base = -12 - (62 * i) / tiers;
      const wide = half * (1 - (0.72 * i) / tiers);
      const top = i === tiers - 1 ? -100 : base - 92 / tiers - 10;
      pen.paint(
        "tree",
        shade(color, 0.05 * i),
        polygon([0, top, wide, base, wide * 0.5, base + 4, 0, base, -wide * 0.5, base + 4, -wide, base]),
      );
      pen.detail(shade(color, -0.35), polygon([0, top, wide, base, wide * 0.5, base + 4, 2, base]), 0.5);
    }
  },
};

/** A poplar or cypress; 100 units tall. */
export const slimTree: Thing = {
  metres: 5,
  width: 34,
  height: 100,
  scales: [12, 38],
  draw(pen, draws) {
    const color = leafColor(draws);
    const half = draws.between(13, 19);
    trunk(pen, 9, -20);
    const outline = [
      0,
      -100,
      half * 0.7,
      -76,
      half,
      -48,
      half * 0.8,
      -20,
      0,
      -10,
      -half * 0.8,
      -20,
      -half,
      -48,
      -half * 0.7,
      -76,
    ];
    pen.paint("tree", color, blob(outline));
    pen.detail(shade(color, -0.35), blob([2, -96, half * 0.7, -76, half, -48, half * 0.8, -20, 3, -12, 6, -50]), 0.6);
    for (let i = 0; i < 6; i++) {
      pen.detail(shade(color, 0.2), ellipse(draws.between(-half, 2) * 0.6, draws.between(-78, -24), 3.4, 7), 0.6);
    }
  },
};

/** A bush; 100 units wide. */
export const bush: Thing = {
  metres: 2,
  width: 96,
  height: 64,
  scales: [20, 60],
  draw(pen, draws) {
    const color = leafColor(draws);
    crown(pen, draws, color, 0, -32, 48, 32);
  },
};
