import { FigureError } from "../../errors";

/** Maps of equal size, one byte per value. */
export interface PackedMaps {
  /** 0 at the lowest value of its map, 255 at the highest. */
  readonly levels: Uint8Array;
  /** Lowest and highest value, map by map. */
  readonly ranges: Float32Array;
}

const HIGHEST_LEVEL = 255;

/**
 * Maps as bytes: `round(255 (v - min) / (max - min))`, with the map's own minimum and maximum.
 *
 * A value comes back with an error of at most half a level, (max - min) / 510.
 *
 * @param subject what the values are, for the message
 * @param values map after map
 * @param size values of a map
 * @throws FigureError `explorer-invalid` for a value that is not finite
 */
export function packMaps(subject: string, values: Float32Array, size: number): PackedMaps {
  const levels = new Uint8Array(values.length);
  const ranges = new Float32Array((2 * values.length) / size);
  for (let start = 0, at = 0; start < values.length; start += size, at += 2) {
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = start; i < start + size; i++) {
      const value = values[i];
      if (!Number.isFinite(value))
        throw new FigureError("explorer-invalid", `${subject}: expected numbers, found ${value}`);
      if (value < min) min = value;
      if (value > max) max = value;
    }
    ranges.set([min, max], at);
    const scale = max > min ? HIGHEST_LEVEL / (max - min) : 0;
    for (let i = start; i < start + size; i++) levels[i] = Math.round((values[i] - min) * scale);
  }
  return { levels, ranges };
}

/** Packed maps as arrays of a file: the name for the levels, `name-ranges` for the ranges (32-bit floats, low byte first). */
export function packedArrays(name: string, { levels, ranges }: PackedMaps): Record<string, Uint8Array> {
  const bytes = new Uint8Array(4 * ranges.length);
  const view = new DataView(bytes.buffer);
  ranges.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  return { [name]: levels, [`${name}-ranges`]: bytes };
}
