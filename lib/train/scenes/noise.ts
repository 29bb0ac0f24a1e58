import { randomStream } from "../../random";

const BITS = 6;
const SIDE = 1 << BITS;
const MASK = SIDE - 1;

/** A lattice of values in -1..1 that repeats every 64 steps. */
const LATTICE = (() => {
  const { uniform } = randomStream(3);
  return Float32Array.from({ length: SIDE * SIDE }, () => 2 * uniform() - 1);
})();

/** Smooth value noise in -1..1 with features about one unit large. */
export function valueNoise(x: number, y: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [eased(x - column), eased(y - row)];
  const left = column & MASK;
  const right = (column + 1) & MASK;
  const upper = (row & MASK) << BITS;
  const lower = ((row + 1) & MASK) << BITS;
  const top = LATTICE[upper + left] + (LATTICE[upper + right] - LATTICE[upper + left]) * u;
  const bottom = LATTICE[lower + left] + (LATTICE[lower + right] - LATTICE[lower + left]) * u;
  return top + (bottom - top) * v;
}

function eased(t: number): number {
  return t * t * (3 - 2 * t);
}

/** Grain without structure in -1..1, the same for the same whole numbers. */
export function grain(x: number, y: number, salt: number): number {
  let h = (Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ salt) | 0;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2147483648 - 1;
}
