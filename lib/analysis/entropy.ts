/** Pieces of the mantissa's range 1 to 2, from whose starts the logarithm is continued. */
const PIECES = 2 ** 11;
/** Bits of a 32-bit float's mantissa. */
const MANTISSA = 23;
/** Bits of the smallest float that is not rounded more than others. */
const SMALLEST = 1 << MANTISSA;
const SHIFT = MANTISSA - Math.log2(PIECES);
const STARTS = Float64Array.from({ length: PIECES }, (_, k) => 1 + k / PIECES);
const INVERSES = STARTS.map((start) => 1 / start);
const LOGARITHMS = STARTS.map(Math.log);

/**
 * The entropy of some shares in nats: -sum a ln a; 0 ln 0 is 0.
 *
 * The logarithm is looked up by the bits of a, and is right to 1e-13, as `Math.log` would take most of the time.
 *
 * @param shares at least 0 each
 */
export function entropySum(shares: Float32Array): number {
  const bits = new Int32Array(shares.buffer, shares.byteOffset, shares.length);
  let sum = 0;
  for (let i = 0; i < shares.length; i++) {
    const word = bits[i]!;
    // Below 1e-37 it is 0, or too small to count.
    if (word >= SMALLEST) sum -= shares[i]! * logarithm(word);
  }
  return sum;
}

/** Of the positive float that has these bits. */
function logarithm(word: number): number {
  const piece = (word >> SHIFT) & (PIECES - 1);
  const mantissa = 1 + (word & (SMALLEST - 1)) / SMALLEST;
  const rest = (mantissa - STARTS[piece]!) * INVERSES[piece]!;
  const exponent = (word >> MANTISSA) - 127;
  return exponent * Math.LN2 + LOGARITHMS[piece]! + rest * (1 - rest * (1 / 2 - rest / 3));
}
