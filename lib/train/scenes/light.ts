import { classId } from "./classes";
import type { Rgb } from "./color";
import type { Mood } from "./mood";
import { grain } from "./noise";
import type { SceneSize } from "./size";
import type { Style } from "./style";

/** A picture while it is lit: colours and labels of the same pixels. */
export interface Layers {
  readonly height: number;
  readonly width: number;
  /** RGB, [height, width, 3]. */
  readonly pixels: Uint8Array;
  /** [height, width]. */
  readonly labels: Uint8Array;
}

const SKY = classId("sky");
const WINDOW = classId("window");

/** Light of the hour on everything but the sky and lamps behind windows, and texture on all; changes the pixels. */
export function applyMaterials({ pixels, labels }: Layers, texture: Float32Array, mood: Mood, style: Style): void {
  for (let i = 0, p = 0; i < labels.length; i++, p += 3) {
    const shines = labels[i] === SKY || (labels[i] === WINDOW && mood.lit > 0 && pixels[p] > pixels[p + 2] + 40);
    const factor = 1 + texture[i] * style.texture;
    for (let channel = 0; channel < 3; channel++) {
      const value = pixels[p + channel] * factor * (shines ? 1 : mood.tint[channel]);
      pixels[p + channel] = value > 255 ? 255 : value;
    }
  }
}

/** What the eye does of it: brightness across the frame, corners, colour strength, cast and grain; changes the pixels. */
export function applyFilm({ pixels, height, width }: Layers, style: Style, salt: number): void {
  const { cast, pale, saturation, vignette, slope } = style;
  const [dx, dy] = [Math.cos(style.direction), Math.sin(style.direction)];
  for (let row = 0, p = 0; row < height; row++) {
    const v = (2 * row) / height - 1;
    for (let column = 0; column < width; column++, p += 3) {
      const u = (2 * column) / width - 1;
      const bright = (1 + slope * 0.5 * (u * dx + v * dy)) * (1 - vignette * 0.5 * (u * u + v * v));
      const noise = style.grain * 1.7 * grain(column, row, salt);
      const grey = 0.3 * pixels[p] + 0.59 * pixels[p + 1] + 0.11 * pixels[p + 2];
      for (let channel = 0; channel < 3; channel++) {
        const value = (grey + (pixels[p + channel] - grey) * saturation) * bright * cast[channel];
        const lit = value + (250 - value) * pale + noise;
        pixels[p + channel] = lit < 0 ? 0 : lit > 255 ? 255 : lit;
      }
    }
  }
}

/** Mixes each pixel with its four neighbours. */
export function blurred(pixels: Uint8Array, { height, width }: SceneSize, amount: number): Uint8Array {
  const out = Uint8Array.from(pixels);
  const line = 3 * width;
  const [own, other] = [1 - amount, amount / 4];
  for (let row = 1; row < height - 1; row++) {
    for (let p = row * line + 3; p < (row + 1) * line - 3; p++) {
      out[p] = own * pixels[p] + other * (pixels[p - 3] + pixels[p + 3] + pixels[p - line] + pixels[p + line]);
    }
  }
  return out;
}

/** Dark lines where neighbouring colours differ, as a pencil would draw them; changes the pixels. */
export function applyOutlines({ pixels, height, width }: Layers, source: Uint8Array, strength: number): void {
  const line = 3 * width;
  const step = (p: number, q: number) =>
    Math.abs(source[p] - source[q]) + Math.abs(source[p + 1] - source[q + 1]) + Math.abs(source[p + 2] - source[q + 2]);
  for (let row = 1; row < height - 1; row++) {
    for (let p = row * line + 3; p < (row + 1) * line - 3; p += 3) {
      const edge = step(p - 3, p + 3) + step(p - line, p + line);
      if (edge < 60) continue;
      const keep = 1 - strength * Math.min(1, (edge - 60) / 160);
      for (let channel = 0; channel < 3; channel++)
        pixels[p + channel] = INK[channel] + (pixels[p + channel] - INK[channel]) * keep;
    }
  }
}

const INK: Rgb = [52, 46, 56];
