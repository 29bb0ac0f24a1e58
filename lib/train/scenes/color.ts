import type { Draws } from "./draws";

/** Red, green and blue, 0..255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** From `a` (amount 0) to `b` (amount 1). */
export function mix(a: Rgb, b: Rgb, amount: number): Rgb {
  return [a[0] + (b[0] - a[0]) * amount, a[1] + (b[1] - a[1]) * amount, a[2] + (b[2] - a[2]) * amount];
}

/** Towards black (amount below 0) or white (above 0), -1..1. */
export function shade(color: Rgb, amount: number): Rgb {
  return amount < 0 ? mix(color, [0, 0, 0], -amount) : mix(color, [255, 255, 255], amount);
}

/** Hue in degrees, saturation and lightness 0..1. */
export function hsl(hue: number, saturation: number, lightness: number): Rgb {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const k = (offset + (((hue % 360) + 360) % 360) / 30) % 12;
    return 255 * (lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}

/** The colour with every channel moved by up to `amount`. */
export function vary(draws: Draws, color: Rgb, amount: number): Rgb {
  const move = () => draws.between(-amount, amount);
  const all = move();
  return [color[0] + all + move() / 3, color[1] + all + move() / 3, color[2] + all + move() / 3];
}

/** As CSS has it. */
export function css(color: Rgb): string {
  const byte = (value: number) => Math.min(255, Math.max(0, Math.round(value)));
  return `#${((1 << 24) | (byte(color[0]) << 16) | (byte(color[1]) << 8) | byte(color[2])).toString(16).slice(1)}`;
}
