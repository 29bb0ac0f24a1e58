import { MARGIN, rowAt } from "../camera";
import type { SceneClass } from "../classes";
import { hsl, mix, type Rgb, shade, vary } from "../color";
import type { Draws } from "../draws";
import { blob, ellipse, polygon } from "../shapes";
import { penOf } from "../sketch";
import { penAt, type Stage } from "../stage";

/** Surfaces that make up the plain. */
export type Surface = "grass" | "ground" | "water" | "road";

/** Green, towards yellow in dry summers. */
export function grassColor(draws: Draws): Rgb {
  return hsl(draws.between(66, 122), draws.between(0.38, 0.62), draws.between(0.3, 0.46));
}

/** Sand, earth or clay. */
export function groundColor(draws: Draws): Rgb {
  const sand: Rgb = [222, 192, 142];
  const color = draws.pick<Rgb>([sand, [176, 134, 92], [146, 108, 78], [196, 122, 82], sand]);
  return vary(draws, color, 14);
}

/** A colour that a surface may have. */
export function surfaceColor(stage: Stage, surface: Surface): Rgb {
  const { draws, mood } = stage;
  if (surface === "grass") return grassColor(draws);
  if (surface === "ground") return groundColor(draws);
  if (surface === "water") return mix(mood.deep, mood.shallow, draws.between(0.15, 0.5));
  return vary(draws, [104, 106, 112], 12);
}

/** The row at which something begins, by column. */
export type Edge = (x: number) => number;

/** A gentle wave about a row. */
export function wave(draws: Draws, row: number, amplitude: number): Edge {
  const waves = [1, 2, 3].map((i) => [amplitude / i, draws.between(0.006, 0.012) * i, draws.between(0, 6.3)] as const);
  return (x) => waves.reduce((y, [size, pitch, phase]) => y + size * Math.sin(pitch * x + phase), row);
}

/** Fills the world below an edge; paler towards the edge, as the distance is. */
export function drawSurface(stage: Stage, surface: SceneClass, color: Rgb, edge: Edge): void {
  const { camera, mood, sketch } = stage;
  const outline: number[] = [];
  for (let x = -MARGIN; x <= camera.width + MARGIN; x += 8) outline.push(x, edge(x));
  const bottom = camera.height + MARGIN;
  outline.push(camera.width + MARGIN, bottom, -MARGIN, bottom);
  const distance = Math.max(0, 1 - (edge(camera.width / 2) - camera.horizon) / 70);
  const far = mix(shade(color, 0.1), mood.haze, 0.55 * mood.hazeAmount * distance);
  const pen = penOf(sketch, mood.haze, 0);
  pen.paint(surface, pen.gradient(far, shade(color, -0.1)), polygon(outline));
}

/** Rolling hills before the mountains, the nearer the darker; returns the edge of the nearest. */
export function drawHills(stage: Stage, surface: "grass" | "ground", color: Rgb, tallest: number): void {
  const { camera, draws, mood, sketch } = stage;
  const layers = draws.whole(1, 3);
  for (let i = 0; i < layers; i++) {
    const near = (i + 1) / (layers + 1);
    const edge = wave(draws, camera.horizon - tallest * (1 - near) * 0.8, tallest * 0.35 * (1 - 0.5 * near));
    const outline: number[] = [];
    for (let x = -MARGIN; x <= camera.width + MARGIN; x += 10) outline.push(x, edge(x));
    outline.push(camera.width + MARGIN, camera.height, -MARGIN, camera.height);
    const pen = penOf(sketch, mood.haze, mood.hazeAmount * 0.6 * (1 - near));
    const tone = vary(draws, shade(color, 0.08 - 0.14 * near), 10);
    pen.paint(surface, pen.gradient(shade(tone, 0.12), shade(tone, -0.15)), polygon(outline));
  }
}

/** A patch of one surface upon another, flattened as the plain is seen. */
export function drawPatch(stage: Stage, surface: Surface, color: Rgb, x: number, scale: number, metres: number): void {
  const { camera, draws } = stage;
  const y = rowAt(camera, scale);
  const flat = Math.min(0.75, 0.15 + (0.5 * (camera.height - camera.horizon)) / (camera.nearScale * 5));
  const outline: number[] = [];
  for (let i = 0; i < 10; i++) {
    const radius = metres * scale * draws.between(0.8, 1.2);
    const angle = (2 * Math.PI * i) / 10;
    outline.push(x + radius * Math.cos(angle), y + flat * radius * Math.sin(angle));
  }
  penAt(stage, scale).paint(surface, color, blob(outline));
}

/** Flowers on a meadow, pebbles on the ground: colour alone, within whatever surface they lie on. */
export function strew(stage: Stage, count: number, edge: Edge, colors: readonly Rgb[], size: number): void {
  const { camera, draws } = stage;
  const pen = penOf(stage.sketch, stage.mood.haze, 0);
  for (let i = 0; i < count; i++) {
    const x = draws.between(0, camera.width);
    const top = Math.max(0, edge(x)) + 8;
    const y = top + (camera.height - top) * draws.between(0.05, 1);
    const radius = size * (0.4 + (0.6 * (y - camera.horizon)) / (camera.height - camera.horizon));
    pen.detail(draws.pick(colors), ellipse(x, y, radius, radius * 0.75), 0.85);
  }
}
