import { readdir } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { TrainingError } from "../../errors";
import type { FolderConfig } from "../config";

/** A picture and its labels, as files. */
export interface LabelledFile {
  readonly image: string;
  readonly labels: string;
}

/** The files of a folder of pictures and their labels, sorted by name. */
export interface FolderFiles {
  readonly learned: readonly LabelledFile[];
  readonly heldOut: readonly LabelledFile[];
}

const PICTURES = [".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".gif"];

/**
 * Pairs the pictures of the configured folders with the label PNGs of the same names.
 *
 * @throws TrainingError `same-folder`, `folder-missing`, `no-pictures`, `label-missing`
 */
export async function labelledFiles(data: FolderConfig): Promise<FolderFiles> {
  checkDifferent(data, "labels", "images");
  checkDifferent(data, "heldOutLabels", "heldOutImages");
  checkDifferent(data, "heldOutImages", "images");
  return {
    learned: await pairs(data, "images", "labels"),
    heldOut: await pairs(data, "heldOutImages", "heldOutLabels"),
  };
}

type FolderKey = "images" | "labels" | "heldOutImages" | "heldOutLabels";

function checkDifferent(data: FolderConfig, key: FolderKey, other: FolderKey): void {
  if (resolve(data[key]) !== resolve(data[other])) return;
  const message = `data.${key}: expected another folder than data.${other}, found ${data[key]} for both`;
  throw new TrainingError("same-folder", message);
}

async function pairs(data: FolderConfig, imagesKey: FolderKey, labelsKey: FolderKey): Promise<LabelledFile[]> {
  const [images, labels] = [data[imagesKey], data[labelsKey]];
  const names = (await namesIn(images, imagesKey)).filter((name) => PICTURES.includes(extname(name).toLowerCase()));
  if (names.length === 0) {
    const expected = `at least one picture (${PICTURES.join(", ")})`;
    throw new TrainingError("no-pictures", `data.${imagesKey}: expected ${expected}, found none in ${images}`);
  }
  const present = new Set(await namesIn(labels, labelsKey));
  return names.sort().map((name) => {
    const label = `${name.slice(0, -extname(name).length)}.png`;
    if (present.has(label)) return { image: join(images, name), labels: join(labels, label) };
    const subject = `data.${labelsKey}: ${join(labels, label)}`;
    throw new TrainingError("label-missing", `${subject}: expected the labels of ${name}, found no such file`);
  });
}

async function namesIn(folder: string, key: FolderKey): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code === "ENOTDIR" ? "a file" : "none that can be read";
    throw new TrainingError("folder-missing", `data.${key}: expected a folder, found ${found} at ${folder}`);
  }
}
