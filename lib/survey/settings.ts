import { link, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { SurveyError } from "../errors";
import { writeWhole } from "../files";
import type { Normalisation } from "../model/config";
import type { PosEmbedResize } from "../model/posEmbed";
import type { ClassSet } from "./classSets";

/** What a survey can measure of every picture. */
export const SURVEY_MEASURES = ["distance", "entropy", "confidence", "iou", "focus", "pooled"] as const;

/** One of `SURVEY_MEASURES`. */
export type SurveyMeasure = (typeof SURVEY_MEASURES)[number];

/** How pictures are segmented. */
export interface InferenceSettings {
  /** `whole`: stretched to the model's size; `slide`: windows of the model's size, the aspect ratio kept. */
  readonly mode: "whole" | "slide";
  /** Distance of windows in pixels; null for `whole`, as the three below. */
  readonly stride: number | null;
  /** Shorter side in pixels before windows slide. */
  readonly shortSide: number | null;
  /** Longest longer side in pixels; null for no limit. */
  readonly longSide: number | null;
  /** Sizes, each times both sides, whose probabilities are averaged. */
  readonly ratios: readonly number[] | null;
  /** Whether the mirrored picture is averaged in, at every size. */
  readonly flip: boolean;
}

/** Everything that the numbers of a survey follow from; the same settings and files give the same rows. */
export interface SurveySettings {
  /** Version of this library. */
  readonly version: string;
  /** SHA-256 of the weight file. */
  readonly weights: string;
  readonly engine: string;
  readonly model: {
    readonly imageHeight: number;
    readonly imageWidth: number;
    readonly patchSize: number;
    readonly depth: number;
    readonly numHeads: number;
    /** N, the class token included. */
    readonly tokens: number;
    readonly normalisation: Normalisation;
    readonly posEmbedResize: Required<PosEmbedResize>;
  };
  /**
   * Number of pictures, SHA-256 of their names, and their folder or list, as it was given: what a path leads to may have
   * other names on other nodes of a cluster.
   */
  readonly images: { readonly count: number; readonly names: string; readonly source: string };
  /** Folder of the labels, as it was given; null without one. */
  readonly labels: string | null;
  readonly measures: readonly SurveyMeasure[];
  /** What the classes are; null where no class is measured. */
  readonly classes: ClassSet | null;
  /** Null where nothing is segmented. */
  readonly inference: InferenceSettings | null;
  /** For `focus`: segments of the labels or of what the model finds, and the smallest share of the picture; else null. */
  readonly segments: { readonly of: "labels" | "found"; readonly smallest: number } | null;
}

const FILE = "survey.json";

/**
 * Writes the settings into a survey's folder, or compares them with those that are there.
 *
 * @throws SurveyError `settings` naming the first that differs
 */
export async function claimFolder(folder: string, settings: SurveySettings): Promise<void> {
  const path = join(folder, FILE);
  const mine = `${path}.${process.pid}.${Date.now()}`;
  await writeWhole(mine, `${JSON.stringify(settings, null, 2)}\n`);
  try {
    await link(mine, path); // never replaces: of several processes that start at once, one writes it
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw new SurveyError("out", `${path}: cannot be written (${(error as Error).message})`);
    }
  } finally {
    await rm(mine, { force: true });
  }
  checkSame(folder, await readSettings(folder), settings);
}

/**
 * The settings of a survey.
 *
 * @throws SurveyError `not-a-survey`
 */
export async function readSettings(folder: string): Promise<SurveySettings> {
  const text = await readFile(join(folder, FILE), "utf8").catch(() => {
    throw new SurveyError("not-a-survey", `${folder}: expected a survey with its ${FILE}, found none`);
  });
  try {
    return JSON.parse(text) as SurveySettings;
  } catch (error) {
    throw new SurveyError("not-a-survey", `${join(folder, FILE)}: expected JSON, found ${(error as Error).message}`);
  }
}

function checkSame(folder: string, kept: SurveySettings, wanted: SurveySettings): void {
  const [before, now] = [flat(kept), flat(wanted)];
  // What is not there at all is of a newer version than the one that began the survey.
  const name = [...before.keys()].find((key) => before.get(key) !== now.get(key));
  if (name === undefined) return;
  const text = (values: Map<string, string>) => values.get(name) ?? "none";
  throw new SurveyError(
    "settings",
    `${folder}: expected ${name} ${text(before)} as at its first start, found ${text(now)}; give another --out`,
  );
}

/** Every setting under its path, as text. */
function flat(value: unknown, path = "", into: Map<string, string> = new Map()): Map<string, string> {
  const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isGroup) return into.set(path, JSON.stringify(value));
  for (const [key, inner] of Object.entries(value)) flat(inner, path === "" ? key : `${path}.${key}`, into);
  return into;
}
