import { type Camera, MARGIN, project, scaleAt } from "../camera";
import type { Rgb } from "../color";
import { polygon, rect } from "../shapes";
import { penOf } from "../sketch";
import type { Stage } from "../stage";

/** Colour of lane marks. */
const MARK: Rgb = [236, 234, 222];

/** A road that leads away from the camera: the place of its middle (metres) by scale, and half its width. */
export interface Road {
  readonly middle: (scale: number) => number;
  readonly half: number;
}

/** Whether a foot at this place is on the road. */
export function onRoad(camera: Camera, road: Road, x: number, y: number, margin = 0): boolean {
  const scale = Math.max(0.5, scaleAt(camera, y));
  const offset = (x - camera.center) / scale - road.middle(scale);
  return Math.abs(offset) < road.half + margin;
}

/** Outline of the part of a road between two distances from its middle, metres. */
function strip(camera: Camera, road: Road, from: number, to: number, farthest: number): number[] {
  const near = scaleAt(camera, camera.height + MARGIN);
  const scales = Array.from({ length: 25 }, (_, i) => farthest * (near / farthest) ** (i / 24));
  const side = (x: number) => (scale: number) => project(camera, road.middle(scale) + x, 0, scale);
  return [...scales.flatMap(side(from)), ...[...scales].reverse().flatMap(side(to))];
}

/** The road with its marks: a dashed middle line and lines along its edges. */
export function drawRoad(stage: Stage, road: Road, color: Rgb, farthest = 0.8): void {
  const { camera, mood, sketch } = stage;
  const pen = penOf(sketch, mood.haze, 0);
  pen.paint("road", color, polygon(strip(camera, road, -road.half, road.half, farthest)));
  for (const side of [-1, 1]) {
    const edge = side * road.half * 0.92;
    pen.detail(MARK, polygon(strip(camera, road, edge - 0.05, edge + 0.05, 6)), 0.8);
  }
  const near = scaleAt(camera, camera.height + MARGIN);
  for (let scale = 5; scale < near; scale *= 1.5) {
    const [from, to] = [scale, Math.min(near, scale * 1.24)];
    const corner = (x: number, at: number) => project(camera, road.middle(at) + x, 0, at);
    pen.detail(
      MARK,
      polygon([...corner(-0.09, from), ...corner(0.09, from), ...corner(0.09, to), ...corner(-0.09, to)]),
      0.9,
    );
  }
}

/** A road across the picture, between two rows. */
export function drawCrossRoad(stage: Stage, color: Rgb, top: number, bottom: number): void {
  const { camera, mood, sketch, draws } = stage;
  const pen = penOf(sketch, mood.haze, 0);
  const [left, width] = [-MARGIN, camera.width + 2 * MARGIN];
  pen.paint("road", color, rect(left, top, width, bottom - top));
  pen.detail([60, 60, 66], rect(left, top, width, 2), 0.6);
  const middle = top + (bottom - top) * 0.45;
  const dash = draws.between(18, 34);
  for (let x = left; x < left + width; x += 2 * dash) pen.detail(MARK, rect(x, middle, dash, 3.4), 0.9);
}
