import { writeArrays } from "../checkpoint/writeSafetensors";
import { writeWhole } from "../files";
import { maskPng } from "../image/maskPng";
import { type Photo, readPhotoForWindows } from "../image/photo";
import { photoPath } from "../image/samplePhotos";
import { isScene, openPhoto } from "../openPhoto";
import { classMask, defaultStride, type Mask, segment } from "../segment";
import type { Setr } from "../setr";
import { type ModelOptions, openModel, readInput } from "./options";

/** Options of `setr segment`. */
export interface SegmentCommandOptions extends ModelOptions {
  readonly input?: string;
  readonly photo?: string;
  readonly mode: "whole" | "slide";
  readonly stride?: number;
  readonly out: string;
  readonly logits?: string;
}

/** Segments a photo or a prepared tensor; writes the class numbers as a PNG, and the scores if asked for. */
export async function segmentCommand(options: SegmentCommandOptions): Promise<void> {
  const slide = options.mode === "slide";
  const read =
    options.input === undefined ? undefined : await readInput(options.input, slide ? "slide_input" : "input");
  const model = await openModel(options, slide ? undefined : read?.size);
  try {
    const photo = read ? undefined : await photoFor(model, options.photo as string, slide);
    const stride = options.stride ?? defaultStride(model);
    const logits = await segment(model, photo ?? read!.input, { mode: options.mode, stride });
    const size = photo && { height: photo.originalHeight, width: photo.originalWidth };
    const mask = classMask(logits, size);
    if (options.logits !== undefined) {
      await writeArrays(options.logits, new Map([[slide ? "slide_logits" : "logits", logits]]));
    }
    await writeWhole(options.out, await maskPng(mask));
    printClasses(options.out, mask, model.weights.classes);
  } finally {
    await model.close();
  }
}

function photoFor(model: Setr, path: string, slide: boolean): Promise<Photo> {
  const { imageHeight: height, imageWidth: width } = model.config;
  const windows = slide && !isScene(path); // a scene is drawn at the model's size: one window
  return windows ? readPhotoForWindows(photoPath(path), Math.max(height, width)) : openPhoto(path, model);
}

function printClasses(path: string, mask: Mask, names: readonly string[] | undefined): void {
  console.log(`${path}: ${mask.height}x${mask.width} pixels`);
  const counts = new Map<number, number>();
  for (const value of mask.classes) counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const [value, count] of [...counts].sort((a, b) => b[1] - a[1])) {
    const name = names ? `${value}, ${names[value]}` : value;
    console.log(`  class ${name}: ${((100 * count) / mask.classes.length).toFixed(1)} %`);
  }
}
