import sharp from "sharp";
import { type Camera, frameMatrix } from "./camera";
import { SCENE_CLASSES } from "./classes";
import { LABEL_STEP, type Sketch } from "./sketch";

interface Size {
  readonly height: number;
  readonly width: number;
}

function document(sketch: Sketch, drawn: "colors" | "labels", camera: Camera, size: Size): Buffer {
  const matrix = frameMatrix(camera).map((value) => value.toFixed(5));
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}"`;
  const view = `viewBox="0 0 ${camera.width} ${camera.height}" preserveAspectRatio="none"`;
  const definitions = drawn === "colors" ? `<defs>${sketch.definitions.join("")}</defs>` : "";
  const edges = drawn === "labels" ? ' shape-rendering="crispEdges"' : "";
  const body = sketch[drawn].join("");
  return Buffer.from(`${head} ${view}>${definitions}<g transform="matrix(${matrix})"${edges}>${body}</g></svg>`);
}

async function rasterise(svg: Buffer): Promise<{ data: Buffer; channels: number }> {
  const { data, info } = await sharp(svg).raw().toBuffer({ resolveWithObject: true });
  return { data, channels: info.channels };
}

/**
 * The pixels of a sketch's colours.
 *
 * @returns RGB, [height, width, 3]
 */
export async function colorPixels(sketch: Sketch, camera: Camera, size: Size): Promise<Uint8Array> {
  const { data, channels } = await rasterise(document(sketch, "colors", camera, size));
  const pixels = new Uint8Array(3 * size.height * size.width);
  for (let from = 0, to = 0; to < pixels.length; from += channels, to += 3) {
    pixels[to] = data[from];
    pixels[to + 1] = data[from + 1];
    pixels[to + 2] = data[from + 2];
  }
  return pixels;
}

/**
 * The class of every pixel of a sketch.
 *
 * @returns class indices, [height, width]
 * @throws Error for a colour that is no class's own: an edge was smoothed, or a place was left undrawn
 */
export async function labelPixels(sketch: Sketch, camera: Camera, size: Size): Promise<Uint8Array> {
  const { data, channels } = await rasterise(document(sketch, "labels", camera, size));
  const labels = new Uint8Array(size.height * size.width);
  for (let i = 0; i < labels.length; i++) {
    const p = i * channels;
    const label = data[p] / LABEL_STEP;
    const whole = channels === 3 || data[p + 3] === 255;
    if (!Number.isInteger(label) || label >= SCENE_CLASSES.length || data[p + 1] + data[p + 2] > 0 || !whole) {
      const found = [...data.subarray(p, p + channels)].join(", ");
      throw new Error(`labels: expected the flat colour of a class at pixel ${i}, found (${found})`);
    }
    labels[i] = label;
  }
  return labels;
}
