import { classId } from "./classes";
import type { Layers } from "./light";
import { valueNoise } from "./noise";

const WATER = classId("water");

/** Mirrors in the water what stands above it, column by column, weaker with distance; changes the pixels. */
export function applyReflection({ pixels, labels, height, width }: Layers, strength: number): void {
  const source = Uint8Array.from(pixels);
  for (let column = 0; column < width; column++) {
    let shore = 0;
    for (let row = 1; row < height; row++) {
      const i = row * width + column;
      if (labels[i] !== WATER) continue;
      if (labels[i - width] !== WATER) shore = row;
      if (shore === 0) continue;
      const depth = (row - shore) / height;
      const sway = valueNoise(column / 40, row / 2.2) * (2 + 12 * depth) * (width / 240);
      const x = Math.min(width - 1, Math.max(0, Math.round(column + sway)));
      const y = Math.max(0, 2 * shore - row);
      const mirrored = y * width + x;
      const amount = labels[mirrored] === WATER ? 0 : strength * Math.max(0, 1 - depth * 2.4);
      for (let c = 0; c < 3; c++) pixels[3 * i + c] += (source[3 * mirrored + c] - pixels[3 * i + c]) * amount;
    }
  }
}
