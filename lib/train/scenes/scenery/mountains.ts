import { MARGIN } from "../camera";
import { type Rgb, shade } from "../color";
import { polygon } from "../shapes";
import { type Pen, penOf } from "../sketch";
import type { Stage } from "../stage";

/** One to three ranges, the farthest the palest, some with snow. They end at the row of the horizon or below it. */
export function drawMountains(stage: Stage, tallest: number, foot = stage.camera.horizon + 4): void {
  const { draws, mood, sketch } = stage;
  const rock = draws.pick<Rgb>([
    [92, 104, 132],
    [108, 106, 116],
    [122, 104, 92],
    [84, 98, 112],
  ]);
  const ranges = draws.whole(2, 3);
  const snowy = draws.chance(0.55);
  for (let i = 0; i < ranges; i++) {
    const near = (i + 1) / ranges;
    const pen = penOf(sketch, mood.haze, Math.min(0.6, mood.hazeAmount * (1.15 - 0.8 * near)));
    const high = Math.max(48, tallest) * (1.15 - 0.5 * near);
    range(stage, pen, shade(rock, -0.12 * near), { foot, high, snowy: snowy && i === 0 });
  }
}

interface Range {
  readonly foot: number;
  readonly high: number;
  readonly snowy: boolean;
}

/** Peaks side by side, each with a lit and a shaded flank. */
function range({ camera, draws }: Stage, pen: Pen, rock: Rgb, { foot, high, snowy }: Range): void {
  const below = foot + MARGIN;
  const ground = [-MARGIN - 60, below, -MARGIN - 60, foot - high * 0.12];
  const peaks: (readonly [number, number, number])[] = [];
  for (let x = -MARGIN - draws.between(0, 40); x < camera.width + MARGIN; ) {
    const size = (0.6 + 0.4 * draws.between(0, 1)) * high;
    const half = size * draws.between(0.8, 1.25) + 26;
    peaks.push([x, foot - size, half]);
    x += half * draws.between(0.7, 1.25);
  }
  pen.paint(
    "mountain",
    rock,
    polygon([...ground, camera.width + MARGIN + 60, foot - high * 0.12, camera.width + MARGIN + 60, below]),
  );
  peaks.sort((a, b) => a[1] - b[1]); // the lower stand before the higher
  for (const [x, top, half] of peaks)
    peak(pen, draws.between(-0.15, 0.15), rock, { x, top, half, below, snowy: snowy && foot - top > 0.55 * high });
}

interface Peak {
  readonly x: number;
  readonly top: number;
  readonly half: number;
  readonly below: number;
  readonly snowy: boolean;
}

function peak(pen: Pen, lean: number, rock: Rgb, { x, top, half, below, snowy }: Peak): void {
  const drop = below - top;
  const at = (across: number, share: number) => [x + half * across, top + drop * share];
  const left = [...at(-0.18, 0.12), ...at(-0.42, 0.4), ...at(-0.62, 0.52), ...at(-1.3, 1)];
  const right = [...at(1.3, 1), ...at(0.66, 0.56), ...at(0.4, 0.34), ...at(0.22, 0.2)];
  pen.paint("mountain", shade(rock, 0.14), polygon([x, top, ...left, ...right]));
  pen.detail(
    shade(rock, -0.16),
    polygon([x, top, ...at(lean - 0.06, 0.3), ...at(lean + 0.08, 0.55), ...at(lean, 1), ...right]),
  );
  if (snowy) snow(pen, [x, top], at);
}

/** White from the top down to a ragged edge, bluish on the shaded side. */
function snow(pen: Pen, top: readonly number[], at: (across: number, share: number) => number[]): void {
  const edge = [...at(-0.18, 0.12), ...at(-0.32, 0.29), ...at(-0.18, 0.24), ...at(-0.06, 0.34)];
  const shaded = [...at(0.06, 0.23), ...at(0.2, 0.3), ...at(0.31, 0.28), ...at(0.22, 0.2)];
  pen.detail([246, 249, 252], polygon([...top, ...edge, ...shaded]));
  pen.detail([120, 140, 175], polygon([...top, ...at(-0.02, 0.28), ...shaded]), 0.45);
}
