import { type Camera, rowAt, scaleAt } from "./camera";
import type { Draws } from "./draws";
import type { Mood } from "./mood";
import { ellipse } from "./shapes";
import { type Pen, penOf, type Sketch } from "./sketch";

/** A kind of thing, drawn about 100 units large, standing on the origin, `y` downwards. */
export interface Thing {
  /** Length of its 100 units, metres (of a world in which everything is sturdy). */
  readonly metres: number;
  /** Box in its units: as wide to both sides of the origin, and above it. */
  readonly width: number;
  readonly height: number;
  /** Range of scales at which it is large enough to be told and still fits. */
  readonly scales: readonly [number, number];
  /** False for what floats or flies. */
  readonly shadow?: boolean;
  draw(pen: Pen, draws: Draws, mood: Mood): void;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A scene while it is composed. */
export interface Stage {
  readonly draws: Draws;
  readonly sketch: Sketch;
  readonly mood: Mood;
  readonly camera: Camera;
  /** What stands on the plain, to be drawn from far to near. */
  readonly standing: { readonly y: number; readonly draw: () => void }[];
  /** Where things are already. */
  readonly taken: Box[];
}

/** Where things may go. */
export interface Place {
  /** Range of scales, within the thing's own. */
  readonly scales?: readonly [number, number];
  /** Range of columns; default the whole frame. */
  readonly columns?: readonly [number, number];
  /** Whether a foot may stand here. */
  readonly where?: (x: number, y: number) => boolean;
  /** How much of a thing may be hidden by another, 0..1; default 0.3. */
  readonly overlap?: number;
}

/** A pen for this distance: the smaller the scale, the more haze. */
export function penAt(stage: Stage, scale: number): Pen {
  const depth = Math.max(0, 1 - scale / 26) ** 1.5;
  return penOf(stage.sketch, stage.mood.haze, 0.8 * stage.mood.hazeAmount * depth);
}

/** Puts up to `count` things of a kind on the plain, where there is room. */
export function place(stage: Stage, thing: Thing, count: number, where: Place = {}): void {
  for (let i = 0; i < count; i++) {
    for (let attempt = 0; attempt < 12; attempt++) if (tryPlace(stage, thing, where)) break;
  }
}

function tryPlace(stage: Stage, thing: Thing, options: Place): boolean {
  const { camera, draws } = stage;
  const low = Math.max(thing.scales[0], options.scales?.[0] ?? 0);
  const nearest = scaleAt(camera, camera.height + 6);
  const high = Math.min(thing.scales[1], options.scales?.[1] ?? Number.POSITIVE_INFINITY, nearest);
  const [left, right] = options.columns ?? [0, camera.width];
  const x = draws.between(left, right);
  const scale = low + (high - low) * draws.between(0, 1) ** 1.3;
  const y = rowAt(camera, scale);
  if (low > high || !(options.where?.(x, y) ?? true)) return false;
  const box = boxOf(thing, x, y, scale);
  if (stage.taken.some((other) => hidden(box, other) > (options.overlap ?? 0.3))) return false;
  standAt(stage, thing, x, y, scale);
  return true;
}

/** Puts a thing on the plain. */
export function standAt(stage: Stage, thing: Thing, x: number, y: number, scale: number): void {
  stage.taken.push(boxOf(thing, x, y, scale));
  stage.standing.push({ y, draw: () => drawThing(stage, thing, x, y, scale) });
}

/** Draws a thing now, with its shadow. */
export function drawThing(stage: Stage, thing: Thing, x: number, y: number, scale: number): void {
  const { draws, mood } = stage;
  const pen = penAt(stage, thing.shadow === false ? scale + 14 : scale); // the air is clearer up there
  const size = (thing.metres * scale) / 100;
  const flip = draws.chance(0.5) ? -size : size;
  pen.within(`translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${flip.toFixed(3)} ${size.toFixed(3)})`, () => {
    if (thing.shadow !== false) pen.detail([20, 20, 35], ellipse(6, 0, thing.width * 0.52, thing.width * 0.1), 0.3);
    thing.draw(pen, draws, mood);
  });
}

function boxOf(thing: Thing, x: number, y: number, scale: number): Box {
  const unit = (thing.metres * scale) / 100;
  const side = (thing.width * unit) / 2;
  return { left: x - side, right: x + side, top: y - thing.height * unit, bottom: y };
}

/** Share of the smaller of two boxes that they have in common. */
function hidden(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const area = (box: Box) => (box.right - box.left) * (box.bottom - box.top);
  return (width * height) / Math.min(area(a), area(b));
}

/** Puts up to `count` things in the sky, of 100 units in `sizes`, with their centres in a range of rows. */
export function hover(
  stage: Stage,
  thing: Thing,
  count: number,
  sizes: readonly [number, number],
  rows: readonly [number, number],
): void {
  const { camera, draws } = stage;
  for (let i = 0; i < count; i++) {
    for (let attempt = 0; attempt < 12; attempt++) {
      const size = draws.between(...sizes);
      const scale = size / thing.metres;
      const x = draws.between(0.04, 0.96) * camera.width;
      const y = draws.between(...rows) + (thing.height * size) / 200;
      if (stage.taken.some((other) => hidden(boxOf(thing, x, y, scale), other) > 0.1)) continue;
      stage.taken.push(boxOf(thing, x, y, scale));
      drawThing(stage, thing, x, y, scale);
      break;
    }
  }
}
