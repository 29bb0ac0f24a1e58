import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { SurveyError } from "../errors";

/** A picture of a survey. */
export interface SurveyImage {
  /** Its place in the list, from 0. */
  readonly index: number;
  /** As rows name it: its path within the folder, the line of the list, or `scene:SEED`. */
  readonly name: string;
  /** The file, or `scene:SEED`. */
  readonly path: string;
  /** Its label PNG; undefined without labels, and for scenes, which bring their own. */
  readonly labels?: string;
}

const PICTURES = [".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".gif"];
const RANGE = /^scenes:(\d{1,10})\.\.(\d{1,10})$/;

/** How the label files of Cityscapes are named, where pictures end in the first. */
const CITYSCAPES = ["_leftImg8bit", "_gtFine_labelTrainIds"] as const;

/** Whether pictures are drawn scenes. */
export function areScenes(source: string): boolean {
  return source.startsWith("scenes:");
}

/**
 * The pictures of a survey, always in the same order.
 *
 * @param source a folder, with all folders within; a text file with one picture a line; or `scenes:FIRST..LAST`
 * @param labels folder of label PNGs, under the pictures' names
 * @throws SurveyError `images`, `labels`
 */
export async function surveyImages(source: string, labels?: string): Promise<SurveyImage[]> {
  if (areScenes(source)) return scenes(source, labels);
  const found = await stat(source).catch(() => undefined);
  if (!found) {
    const expected = "a folder, a list (.txt) or scenes:FIRST..LAST";
    throw new SurveyError("images", `images: expected ${expected}, found no ${source}`);
  }
  const pictures = found.isDirectory() ? await inFolder(source) : await inList(source);
  if (pictures.length === 0) {
    const expected = `at least one picture (${PICTURES.join(", ")})`;
    throw new SurveyError("images", `images: expected ${expected}, found none in ${source}`);
  }
  if (labels === undefined) return pictures.map((picture, index) => ({ index, ...picture }));
  await checkFolder(labels);
  const isFolder = found.isDirectory();
  return pictures.map((picture, index) => {
    return { index, ...picture, labels: join(labels, labelName(isFolder ? picture.name : basename(picture.name))) };
  });
}

/** What tells one list from another: the names in their order. */
export function listHash(images: readonly SurveyImage[]): string {
  const hash = createHash("sha256");
  for (const { name } of images) hash.update(`${name}\n`);
  return hash.digest("hex");
}

function scenes(source: string, labels: string | undefined): SurveyImage[] {
  const [first, last] = (RANGE.exec(source)?.slice(1) ?? []).map(Number) as [number?, number?];
  if (first === undefined || last === undefined || last < first) {
    throw new SurveyError("images", `images: expected scenes:FIRST..LAST, found ${source}`);
  }
  if (labels !== undefined) {
    throw new SurveyError("labels", `labels: expected none with drawn scenes, which bring their own, found ${labels}`);
  }
  return Array.from({ length: last - first + 1 }, (_, index) => {
    return { index, name: `scene:${first + index}`, path: `scene:${first + index}` };
  });
}

async function inFolder(folder: string) {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  const pictures = names.filter((name) => PICTURES.includes(extname(name).toLowerCase()));
  return pictures.sort().map((name) => ({ name, path: join(folder, name) }));
}

async function inList(path: string) {
  const lines = (await readFile(path, "utf8")).split(/\r?\n/).map((line) => line.trim());
  const names = lines.filter((line) => line !== "");
  const twice = duplicate(names);
  if (twice !== undefined)
    throw new SurveyError("images", `${path}: expected every picture once, found ${twice} twice`);
  return names.map((name) => ({ name, path: name }));
}

function duplicate(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

function labelName(name: string): string {
  const stem = name.slice(0, name.length - extname(name).length);
  const [image, label] = CITYSCAPES;
  return stem.endsWith(image) ? `${stem.slice(0, -image.length)}${label}.png` : `${stem}.png`;
}

async function checkFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new SurveyError("labels", `labels: expected a folder, found ${found ? "a file" : "none"} at ${path}`);
}
