// H x W the model's size, h x w a picture's size when scaled
import type { Sharp } from "sharp";
import type { RgbImage } from "../../arrays";
import { TrainingError } from "../../errors";
import { decodePhoto, MEAN_COLOUR } from "../../image/decodePhoto";
import { readLabelPng } from "../../image/labelPng";
import { readPhoto } from "../../image/photo";
import type { LabelledImage } from "../data";
import type { Cut } from "./cuts";
import type { LabelledFile } from "./labelledFiles";
import { classNumbers, IGNORED, type LabelMeaning } from "./labelNumbers";

/** A height and a width in pixels. */
export interface PixelSize {
  readonly height: number;
  readonly width: number;
}

/** A scaled picture and where the frame's upper left corner lies on it; negative beside a picture that is too small. */
interface Placement extends PixelSize {
  readonly top: number;
  readonly left: number;
}

/**
 * Reads a picture and its labels at the model's size.
 *
 * The picture is interpolated, of the labels the nearest is taken. Where a scaled picture does not fill the frame, the rest
 * has the mean colour and does not count.
 *
 * @param cut the part to read; without one the whole is stretched to the size, as pictures are when a model is used
 * @throws ImageError as `readPhoto` and `readLabelPng`; TrainingError `label-size`, `label-value`
 */
export async function readLabelledImage(
  { image: imagePath, labels: labelsPath }: LabelledFile,
  size: PixelSize,
  meaning: LabelMeaning,
  cut?: Cut,
): Promise<LabelledImage> {
  const stored = await readLabelPng(labelsPath);
  const place = cut ? placement(stored, size, cut) : { ...size, top: 0, left: 0 };
  const photo = cut
    ? await decodePhoto(imagePath, (picture) => extracted(picture, place, size))
    : await readPhoto(imagePath, size);
  if (photo.originalHeight !== stored.height || photo.originalWidth !== stored.width) {
    const expected = `${photo.originalHeight}x${photo.originalWidth} pixels as in ${imagePath}`;
    throw new TrainingError(
      "label-size",
      `${labelsPath}: expected ${expected}, found ${stored.height}x${stored.width}`,
    );
  }
  const numbers = classNumbers(labelsPath, stored, meaning);
  const labels = nearest(numbers, stored, place, size);
  const image = cut ? framed(photo.image, place, size) : photo.image;
  return cut?.mirrored ? mirrored({ image, labels }) : { image, labels };
}

function placement(picture: PixelSize, { height, width }: PixelSize, { scale, down, across }: Cut): Placement {
  const factor = scale * Math.max(height / picture.height, width / picture.width);
  const scaled = {
    height: Math.max(1, Math.round(picture.height * factor)),
    width: Math.max(1, Math.round(picture.width * factor)),
  };
  return { ...scaled, top: start(scaled.height - height, down), left: start(scaled.width - width, across) };
}

/** A start between 0 and `room`, ends included; `room` is negative when the picture is smaller than the frame. */
function start(room: number, share: number): number {
  return Math.sign(room) * Math.floor(share * (Math.abs(room) + 1));
}

/** The part of a scaled picture that lies in the frame. */
function visible({ height, width, top, left }: Placement, size: PixelSize) {
  const [y, x] = [Math.max(0, top), Math.max(0, left)];
  return {
    top: y,
    left: x,
    height: Math.min(height, top + size.height) - y,
    width: Math.min(width, left + size.width) - x,
  };
}

function extracted(picture: Sharp, place: Placement, size: PixelSize): Sharp {
  const { height, width } = place;
  return picture.resize({ height, width, fit: "fill", kernel: "linear" }).extract(visible(place, size));
}

/** The visible part of a picture on the mean colour. */
function framed(part: RgbImage, { top, left }: Placement, { height, width }: PixelSize): RgbImage {
  if (part.height === height && part.width === width) return part;
  const { r, g, b } = MEAN_COLOUR;
  const data = Uint8Array.from({ length: 3 * height * width }, (_, i) => [r, g, b][i % 3]!);
  const [y, x] = [Math.max(0, -top), Math.max(0, -left)];
  for (let row = 0; row < part.height; row++) {
    const from = 3 * row * part.width;
    data.set(part.data.subarray(from, from + 3 * part.width), 3 * ((y + row) * width + x));
  }
  return { height, width, data };
}

/** The labels of a frame on a scaled picture, each from the nearest pixel. */
function nearest(numbers: Int32Array, from: PixelSize, place: Placement, { height, width }: PixelSize): Int32Array {
  const source = (target: number, scaled: number, length: number) =>
    target < 0 || target >= scaled ? -1 : Math.min(length - 1, Math.floor(((target + 0.5) * length) / scaled));
  const columns = Int32Array.from({ length: width }, (_, col) => source(col + place.left, place.width, from.width));
  const labels = new Int32Array(height * width).fill(IGNORED);
  for (let row = 0; row < height; row++) {
    const y = source(row + place.top, place.height, from.height);
    if (y < 0) continue;
    columns.forEach((x, col) => {
      if (x >= 0) labels[row * width + col] = numbers[y * from.width + x]!;
    });
  }
  return labels;
}

/** Turned left to right. */
function mirrored({ image, labels }: { image: RgbImage; labels: Int32Array }): LabelledImage {
  const { height, width } = image;
  const data = new Uint8Array(image.data.length);
  const turned = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const opposite = i - (i % width) + width - 1 - (i % width);
    turned[i] = labels[opposite]!;
    for (let channel = 0; channel < 3; channel++) data[3 * i + channel] = image.data[3 * opposite + channel]!;
  }
  return { image: { height, width, data }, labels: turned };
}
