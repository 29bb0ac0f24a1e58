import { mix, type Rgb, shade } from "../color";
import type { Draws } from "../draws";
import { bar, ellipse } from "../shapes";
import type { Pen } from "../sketch";
import type { Thing } from "../stage";

const FLEECES: readonly Rgb[] = [
  [246, 243, 234],
  [238, 228, 208],
  [222, 214, 202],
  [120, 96, 78],
];

/** A sheep that stands, grazes or lies; 100 units long. */
export const sheep: Thing = {
  metres: 1.4,
  width: 100,
  height: 76,
  scales: [29, 68],
  draw(pen, draws) {
    const fleece = draws.weigh(FLEECES.map((color, i) => [i === 3 ? 0.4 : 1, color] as const));
    const face: Rgb = draws.chance(0.55) ? [52, 46, 46] : mix(fleece, [205, 176, 150], 0.6);
    const lying = draws.chance(0.15);
    const lift = lying ? 18 : 0;
    pen.within(`translate(0 ${lift})`, () => {
      if (!lying) legs(pen, face);
      body(pen, draws, fleece);
      head(pen, draws, fleece, face);
    });
  },
};

function legs(pen: Pen, face: Rgb): void {
  for (const x of [-30, -17, 14, 27]) {
    pen.paint("sheep", shade(face, x === -17 || x === 14 ? -0.3 : -0.1), bar(x, -28, x, -4, 10));
  }
}

function body(pen: Pen, draws: Draws, fleece: Rgb): void {
  const count = 11;
  for (let i = 0; i < count; i++) {
    const angle = (2 * Math.PI * i) / count;
    const [x, y] = [-6 + 34 * Math.cos(angle), -43 + 18 * Math.sin(angle)];
    pen.paint("sheep", shade(fleece, Math.sin(angle) > 0.3 ? -0.16 : 0), ellipse(x, y, draws.between(11, 14)));
  }
  pen.paint("sheep", fleece, ellipse(-6, -45, 36, 20));
  pen.detail(shade(fleece, -0.35), ellipse(-6, -29, 34, 9), 0.28);
  for (let i = 0; i < 9; i++) {
    const [x, y] = [draws.between(-38, 26), draws.between(-60, -34)];
    pen.detail(shade(fleece, -0.22), ellipse(x, y, 6, 5), 0.5);
    pen.detail(fleece, ellipse(x - 1, y - 2, 5.5, 4.5));
  }
}

function head(pen: Pen, draws: Draws, fleece: Rgb, face: Rgb): void {
  const [x, y] = draws.chance(0.45) ? [38, -22] : [38, -58];
  pen.paint("sheep", fleece, ellipse(x - 8, (y - 44) / 2, 14, 15));
  pen.paint("sheep", face, bar(x - 12, y - 5, x - 15, y + 4, 8));
  pen.paint("sheep", face, bar(x, y - 4, x + 9, y + 8, 19));
  pen.paint("sheep", fleece, ellipse(x - 2, y - 10, 10, 7));
  pen.detail([250, 250, 245], ellipse(x + 4, y - 1, 2.6));
  pen.detail([20, 18, 18], ellipse(x + 4.6, y - 0.8, 1.5));
}
