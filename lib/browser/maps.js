// @ts-check

/**
 * One map, its values as they were but for 1/510 of its range.
 *
 * @typedef {object} ValueMap
 * @property {number} height
 * @property {number} width
 * @property {number} min
 * @property {number} max
 * @property {Uint8Array} levels
 * @property {Float64Array} values
 */

/**
 * Maps of equal size, packed as one byte per value; see `packMaps`.
 *
 * @param {Record<string, Uint8Array>} arrays
 * @param {string} name
 * @param {{ height: number, width: number }} size
 */
export function packedMaps(arrays, name, { height, width }) {
  const levels = arrays[name];
  const bytes = arrays[`${name}-ranges`];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / 8;
  const size = height * width;
  const rangeOf = (/** @type {number} */ index) => [
    view.getFloat32(8 * index, true),
    view.getFloat32(8 * index + 4, true),
  ];
  const ranges = Array.from({ length: count }, (_, index) => rangeOf(index));
  return {
    count,
    /** Lowest and highest value of all. */
    range: [Math.min(...ranges.map(([min]) => min)), Math.max(...ranges.map(([, max]) => max))],
    /**
     * @param {number} index
     * @returns {ValueMap}
     */
    map(index) {
      const [min, max] = ranges[index];
      const own = levels.subarray(index * size, (index + 1) * size);
      const values = Float64Array.from(own, (level) => min + (level * (max - min)) / 255);
      return { height, width, min, max, levels: own, values };
    },
  };
}

/**
 * A map as a picture, one pixel per value.
 *
 * @param {ValueMap} map
 * @param {Uint8Array} colors 256 times red, green, blue
 * @param {readonly number[]} range lowest and highest value of the colours
 */
export function mapPixels({ height, width, values }, colors, [min, max]) {
  const pixels = new ImageData(width, height);
  const scale = max > min ? 256 / (max - min) : 0;
  values.forEach((value, i) => {
    const entry = 3 * Math.min(255, Math.max(0, Math.floor((value - min) * scale)));
    pixels.data[4 * i] = colors[entry];
    pixels.data[4 * i + 1] = colors[entry + 1];
    pixels.data[4 * i + 2] = colors[entry + 2];
    pixels.data[4 * i + 3] = 255;
  });
  return pixels;
}

/**
 * Draws pixels over a whole canvas, smoothed or cell by cell.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {ImageData} pixels
 */
export function drawOver(canvas, pixels) {
  const small = document.createElement("canvas");
  small.width = pixels.width;
  small.height = pixels.height;
  small.getContext("2d")?.putImageData(pixels, 0, 0);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}
