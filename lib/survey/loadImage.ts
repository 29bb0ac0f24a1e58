import type { RgbImage } from "../arrays";
import { SurveyError } from "../errors";
import { decodePhoto } from "../image/decodePhoto";
import { readLabelPng } from "../image/labelPng";
import { photoPath } from "../image/samplePhotos";
import { openPhoto, type Photo } from "../openPhoto";
import type { Setr } from "../setr";
import { classNumbers, IGNORED } from "../train/folder/labelNumbers";
import type { ClassSet } from "./classSets";
import type { SurveyImage } from "./images";
import type { SurveySettings } from "./settings";

/** The class of every pixel of a picture as it is in its file; below 0 where the pixel does not count. */
export interface LabelledPixels {
  readonly height: number;
  readonly width: number;
  readonly classes: ArrayLike<number>;
}

/** A picture of a survey with all that its measures need. */
export interface LoadedImage {
  readonly item: SurveyImage;
  /** At the model's size. */
  readonly photo: Photo;
  /** At its own size; only where windows slide over it. */
  readonly original?: RgbImage;
  readonly labels?: LabelledPixels;
}

/**
 * Reads or draws a picture and its labels.
 *
 * @throws ImageError as `openPhoto` and `readLabelPng`; TrainingError `label-value`; SurveyError `label-size`
 */
export async function loadImage(item: SurveyImage, model: Setr, settings: SurveySettings): Promise<LoadedImage> {
  const { inference, classes } = settings;
  const photo = await openPhoto(item.path, model);
  const isDrawn = photo.labels !== undefined;
  const labels = await labelsOf(item, photo, classes);
  if (inference?.mode !== "slide") return { item, photo, ...labels };
  const original = isDrawn ? photo.image : (await decodePhoto(photoPath(item.path), (picture) => picture)).image;
  return { item, photo, original, ...labels };
}

async function labelsOf(
  item: SurveyImage,
  photo: Photo,
  classes: ClassSet | null,
): Promise<{ labels?: LabelledPixels }> {
  const { originalHeight: height, originalWidth: width } = photo;
  if (photo.labels) return { labels: { height, width, classes: photo.labels } };
  if (item.labels === undefined || classes === null) return {};
  const stored = await readLabelPng(item.labels);
  if (stored.height !== height || stored.width !== width) {
    const found = `${stored.height}x${stored.width}`;
    throw new SurveyError("label-size", `${item.labels}: expected ${height}x${width} pixels, found ${found}`);
  }
  const { names, reduceZeroLabel, ignoreLabel } = classes;
  const meaning = { classes: names.length, reduceZeroLabel, ignoreLabel: ignoreLabel ?? undefined };
  return { labels: { height, width, classes: classNumbers(item.labels, stored, meaning) } };
}

/** The labels of a picture in another size, each from the nearest pixel. */
export function labelsAt(
  { height, width, classes }: LabelledPixels,
  size: { readonly height: number; readonly width: number },
): ArrayLike<number> {
  if (height === size.height && width === size.width) return classes;
  const nearest = (target: number, to: number, from: number) =>
    Math.min(from - 1, Math.floor(((target + 0.5) * from) / to));
  const columns = Int32Array.from({ length: size.width }, (_, col) => nearest(col, size.width, width));
  const labels = new Int32Array(size.height * size.width).fill(IGNORED);
  for (let row = 0; row < size.height; row++) {
    const start = nearest(row, size.height, height) * width;
    columns.forEach((col, i) => {
      labels[row * size.width + i] = classes[start + col]!;
    });
  }
  return labels;
}
