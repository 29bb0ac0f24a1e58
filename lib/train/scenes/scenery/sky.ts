import { MARGIN } from "../camera";
import { mix, type Rgb } from "../color";
import { ellipse, rect } from "../shapes";
import { type Pen, penOf } from "../sketch";
import type { Stage } from "../stage";

/** The sky over all of the frame: its colours, sun or moon, stars and clouds, down to the row where land begins. */
export function drawSky(stage: Stage, down = stage.camera.horizon): void {
  const { camera, mood, draws } = stage;
  const pen = penOf(stage.sketch, mood.haze, 0);
  const [left, top] = [-MARGIN, -MARGIN];
  const height = Math.max(down, 20) + MARGIN;
  const color = pen.gradient(mood.zenith, mood.horizon);
  pen.paint("sky", mood.horizon, rect(left, top, camera.width + 2 * MARGIN, camera.height + 2 * MARGIN));
  pen.detail(color, rect(left, top, camera.width + 2 * MARGIN, height));
  if (mood.name === "night") stars(stage, pen, down);
  if (mood.name !== "overcast" && draws.chance(0.5)) sunOrMoon(stage, pen, down);
  const clouds = mood.name === "overcast" ? draws.whole(3, 7) : draws.whole(0, 5);
  for (let i = 0; i < clouds; i++) cloud(stage, pen, down);
}

function stars({ camera, draws }: Stage, pen: Pen, down: number): void {
  for (let i = 0; i < 40; i++) {
    const [x, y] = [draws.between(0, camera.width), draws.between(0, Math.max(down, 10))];
    pen.detail([255, 255, 240], ellipse(x, y, draws.between(0.5, 1.1)), draws.between(0.4, 0.9));
  }
}

function sunOrMoon({ camera, draws, mood }: Stage, pen: Pen, down: number): void {
  const x = draws.between(0.1, 0.9) * camera.width;
  const low = mood.name === "dusk" || mood.name === "dawn";
  const y = Math.max(10, down) * (low ? draws.between(0.6, 0.95) : draws.between(0.1, 0.5));
  const radius = draws.between(9, 18);
  const disc: Rgb = mood.name === "night" ? [236, 238, 222] : low ? [255, 222, 160] : [255, 250, 222];
  for (const grow of [3.2, 2.3, 1.6]) pen.detail(disc, ellipse(x, y, radius * grow), 0.12);
  pen.detail(disc, ellipse(x, y, radius));
  if (mood.name === "night" && draws.chance(0.6)) {
    const mask = mix(mood.zenith, mood.horizon, Math.min(1, y / Math.max(down, 20)));
    pen.detail(mask, ellipse(x + radius * 0.45, y - radius * 0.15, radius * 0.92));
  }
}

function cloud({ camera, draws, mood }: Stage, pen: Pen, down: number): void {
  const [x, y] = [draws.between(0, camera.width), draws.between(-0.05, 0.85) * Math.max(down, 10)];
  const size = draws.between(16, 46);
  const under = mix(mood.cloud, mood.zenith, 0.25);
  if (draws.chance(0.25)) {
    pen.detail(mood.cloud, ellipse(x, y, size * 2, size * 0.18), 0.7);
    pen.detail(mood.cloud, ellipse(x + size * 0.7, y + size * 0.3, size * 1.3, size * 0.14), 0.55);
    return;
  }
  const puffs = draws.whole(3, 6);
  pen.detail(under, ellipse(x, y + size * 0.12, size * 1.15, size * 0.26), 0.9);
  for (let i = 0; i < puffs; i++) {
    const offset = ((i + 0.5) / puffs - 0.5) * 1.9 * size;
    const radius = size * draws.between(0.24, 0.46) * (1.25 - Math.abs(offset) / (1.4 * size));
    pen.detail(mood.cloud, ellipse(x + offset, y - radius * 0.35, radius * 1.2, radius), 0.92);
  }
}
