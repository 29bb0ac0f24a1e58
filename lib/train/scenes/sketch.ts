import { classId, type SceneClass } from "./classes";
import { css, mix, type Rgb } from "./color";
import type { Shape } from "./shapes";

/** Labels are this far apart in the red channel of the label drawing. */
export const LABEL_STEP = 16;

/** One geometry in two drawings: in colours, and in flat label colours. */
export interface Sketch {
  readonly colors: string[];
  readonly labels: string[];
  readonly definitions: string[];
}

/** What fills a shape: a colour or a gradient's reference. */
export type Fill = Rgb | string;

/** Draws on a sketch, at some distance in the haze. */
export interface Pen {
  /** A part of a thing: in its colour on one drawing, as its class on the other. */
  paint(name: SceneClass, fill: Fill, shape: Shape): void;
  /** Colour upon what is painted already; its class stays. */
  detail(fill: Fill, shape: Shape, opacity?: number): void;
  /** A gradient from top to bottom, or from left to right, over the box of the shape that it fills. */
  gradient(from: Rgb, to: Rgb, direction?: "down" | "right"): string;
  /** Draws in a coordinate system of its own. */
  within(transform: string, draw: () => void): void;
}

/** An empty sketch. */
export function newSketch(): Sketch {
  return { colors: [], labels: [], definitions: [] };
}

/**
 * A pen that mixes haze into its colours.
 *
 * @param sketch where it draws
 * @param haze colour of the haze
 * @param amount 0 (clear) to 1 (nothing but haze)
 */
export function penOf(sketch: Sketch, haze: Rgb, amount: number): Pen {
  const tone = (fill: Fill) => (typeof fill === "string" ? fill : css(mix(fill, haze, amount)));
  return {
    paint(name, fill, shape) {
      sketch.colors.push(`<${shape} fill="${tone(fill)}"/>`);
      sketch.labels.push(`<${shape} fill="${css([classId(name) * LABEL_STEP, 0, 0])}"/>`);
    },
    detail(fill, shape, opacity = 1) {
      const through = opacity < 1 ? ` fill-opacity="${opacity.toFixed(2)}"` : "";
      sketch.colors.push(`<${shape} fill="${tone(fill)}"${through}/>`);
    },
    gradient(from, to, direction = "down") {
      const id = `g${sketch.definitions.length}`;
      const end = direction === "down" ? 'x2="0" y2="1"' : 'x2="1" y2="0"';
      const stops = `<stop stop-color="${tone(from)}"/><stop offset="1" stop-color="${tone(to)}"/>`;
      sketch.definitions.push(`<linearGradient id="${id}" ${end}>${stops}</linearGradient>`);
      return `url(#${id})`;
    },
    within(transform, draw) {
      const open = `<g transform="${transform}">`;
      sketch.colors.push(open);
      sketch.labels.push(open);
      draw();
      sketch.colors.push("</g>");
      sketch.labels.push("</g>");
    },
  };
}
