import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { FOLDER } from "./paths";
import type { Side } from "./side";
import type { Sides } from "./sides";

/** Largest difference of class scores that rounding explains, relative to the largest score. */
const ALLOWED = 1e-3;

/**
 * Makes sure that both sides compute the same: all class scores of the same input.
 *
 * @returns a sentence with the largest difference
 * @throws Error when the difference is more than rounding
 */
export async function checkScores(weights: string, sides: Sides): Promise<string> {
  const ours = await scoresOf(sides.ours(weights));
  const theirs = await scoresOf(sides.theirs(weights));
  if (ours.length !== theirs.length) {
    throw new Error(`class scores: expected ${theirs.length} values, found ${ours.length}`);
  }
  let [largest, scale] = [0, 0];
  for (let i = 0; i < ours.length; i++) {
    const difference = Math.abs(ours[i]! - theirs[i]!);
    if (!(difference <= largest)) largest = difference; // NaN too, which then stays
    scale = Math.max(scale, Math.abs(theirs[i]!));
  }
  if (!(largest <= ALLOWED * scale)) {
    throw new Error(
      `class scores: expected both sides within ${ALLOWED} of ${scale}, found a difference of ${largest}`,
    );
  }
  const texts = [largest, scale].map((value) => value.toPrecision(2));
  return `Both sides give the same class scores: largest difference ${texts[0]}, largest score ${texts[1]}.`;
}

async function scoresOf(side: Side): Promise<Float32Array> {
  const path = join(FOLDER, "scores.f32");
  try {
    await side.run("open");
    await side.run("scores", { path });
    const { buffer, byteOffset, byteLength } = await readFile(path);
    return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  } finally {
    await side.close();
    await rm(path, { force: true });
  }
}
