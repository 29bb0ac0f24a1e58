import { AnalysisError } from "./errors";
import type { Region } from "./region";
import type { Mask } from "./segment";

/** A connected part of a mask that has one class. */
export interface Segment {
  readonly classIndex: number;
  /** Number of its pixels. */
  readonly area: number;
  /** Where it lies, as `run` and `relevanceMap` take it. */
  readonly region: Extract<Region, { mask: unknown }>;
}

/**
 * The segment under a place: all pixels of its class that are connected with it by their sides.
 *
 * @param mask the class of every pixel
 * @param place fractions of the picture's height and width, from the top left, 0 to 1
 * @throws AnalysisError `place` outside the picture
 */
export function segmentAt(mask: Mask, place: { readonly y: number; readonly x: number }): Segment {
  const { height, width, classes } = mask;
  for (const fraction of [place.y, place.x]) {
    if (fraction >= 0 && fraction <= 1) continue;
    throw new AnalysisError("place", `place: expected fractions from 0 to 1, found y ${place.y}, x ${place.x}`);
  }
  const row = Math.min(height - 1, Math.floor(place.y * height));
  const col = Math.min(width - 1, Math.floor(place.x * width));
  const start = row * width + col;
  const classIndex = classes[start]!;
  const inside = new Uint8Array(height * width);
  inside[start] = 1;
  const waiting = [start];
  let area = 0;
  for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) {
    area++;
    for (const next of neighbours(pixel, height, width)) {
      if (inside[next] || classes[next] !== classIndex) continue;
      inside[next] = 1;
      waiting.push(next);
    }
  }
  return { classIndex, area, region: { mask: inside } };
}

function neighbours(pixel: number, height: number, width: number): number[] {
  const col = pixel % width;
  return [
    ...(pixel >= width ? [pixel - width] : []),
    ...(pixel < (height - 1) * width ? [pixel + width] : []),
    ...(col > 0 ? [pixel - 1] : []),
    ...(col < width - 1 ? [pixel + 1] : []),
  ];
}
