import { normalize } from "node:path";
import { openWeights, type Weights } from "../checkpoint/weights";
import type { EngineName } from "../engine/open";
import { SurveyError } from "../errors";
import { type Normalisation, type SetrConfig, tokenCount } from "../model/config";
import { DEFAULT_POS_EMBED_RESIZE, type PosEmbedResize } from "../model/posEmbed";
import { resolveWeights } from "../paths";
import { defaultStride } from "../segment";
import { atSize, givenHints } from "../setr";
import { SCENE_CLASSES } from "../train/scenes/classes";
import { version } from "../version";
import { type ClassSet, readClassSet } from "./classSets";
import { areScenes, listHash, type SurveyImage, surveyImages } from "./images";
import { type InferenceSettings, SURVEY_MEASURES, type SurveyMeasure, type SurveySettings } from "./settings";

/** What a survey is to do. */
export interface SurveyOptions {
  /** A checkpoint, or "default": the weights that come with the project. */
  readonly weights: string;
  /** A folder of pictures, a text file with one a line, or `scenes:FIRST..LAST`. */
  readonly images: string;
  /** Folder of label PNGs under the pictures' names; none by default and for null, and for scenes, which bring their own. */
  readonly labels?: string | null;
  /**
   * What the labels' values mean: one of `CLASS_SETS` or a JSON file; the model's own classes by default, 255 not counting.
   * None for scenes, which bring their own.
   */
  readonly classes?: string | null;
  readonly measures: readonly SurveyMeasure[];
  /** Folder of the results. */
  readonly out: string;
  /** `whole` by default. */
  readonly mode?: "whole" | "slide";
  /** Distance of windows in pixels; two thirds of the model's smaller side by default. */
  readonly stride?: number;
  /** For `slide`: shorter side of the picture in pixels; the model's larger side by default. */
  readonly shortSide?: number;
  /** For `slide`: longest longer side; no limit by default. */
  readonly longSide?: number;
  /** For `slide`: sizes whose probabilities are averaged, as factors; `[1]` by default. */
  readonly ratios?: readonly number[];
  /** Averages the mirrored picture in; false by default. */
  readonly flip?: boolean;
  /** Segments that `focus` looks at: of the labels (default where there are labels) or of what the model finds. */
  readonly segments?: "labels" | "found";
  /** Smallest share of the picture that such a segment covers; 0.01 by default. */
  readonly smallestSegment?: number;
  /** `onnxruntime` by default and for `auto`. */
  readonly engine?: EngineName;
  /** These three as in `OpenOptions`. */
  readonly imageSize?: { readonly height: number; readonly width: number } | null;
  readonly numHeads?: number | null;
  readonly normalisation?: Normalisation | null;
  readonly posEmbedResize?: PosEmbedResize;
}

/** What computes: `auto` would be another engine where ONNX Runtime does not load, and give other numbers. */
export function engineOf({ engine = "auto" }: Pick<SurveyOptions, "engine">): EngineName {
  return engine === "auto" ? "onnxruntime" : engine;
}

/** A survey that can be done. */
export interface SurveyPlan {
  readonly settings: SurveySettings;
  readonly images: readonly SurveyImage[];
  readonly weights: Weights;
}

/**
 * Opens everything that a survey needs but the engine, and settles all that was left open.
 *
 * @throws SurveyError `measures`, `images`, `labels`, `classes`, `inference`, `segments`; CheckpointError and ConfigError
 *   as `openSetr`
 */
export async function planSurvey(options: SurveyOptions): Promise<SurveyPlan> {
  const measures = checkMeasures(options.measures);
  checkUsed(options, measures);
  const images = await surveyImages(options.images, options.labels ?? undefined);
  const weights = await openWeights(resolveWeights(options.weights), givenHints(options));
  const config = atSize(weights.config, options.imageSize);
  const labelled = options.labels != null || areScenes(options.images);
  const classes = await classesOf(options, measures, config, weights, labelled);
  const settings: SurveySettings = {
    version,
    weights: weights.sha256,
    engine: engineOf(options),
    model: {
      imageHeight: config.imageHeight,
      imageWidth: config.imageWidth,
      patchSize: config.patchSize,
      depth: config.depth,
      numHeads: config.numHeads,
      tokens: tokenCount(config),
      normalisation: config.normalisation,
      posEmbedResize: options.posEmbedResize ?? DEFAULT_POS_EMBED_RESIZE,
    },
    images: { count: images.length, names: listHash(images), source: withoutSlash(options.images) },
    labels: options.labels == null ? null : withoutSlash(options.labels),
    measures,
    classes,
    inference: measures.some((name) => name === "iou" || name === "confidence") ? inferenceOf(options, config) : null,
    segments: measures.includes("focus") ? segmentsFor(options, labelled) : null,
  };
  return { settings, images, weights };
}

function checkMeasures(names: readonly string[]): SurveyMeasure[] {
  const unknown = names.find((name) => !SURVEY_MEASURES.some((known) => known === name));
  if (unknown !== undefined || names.length === 0) {
    const expected = `some of ${SURVEY_MEASURES.join(", ")}`;
    throw new SurveyError("measures", `measures: expected ${expected}, found ${unknown ?? "none"}`);
  }
  return SURVEY_MEASURES.filter((name) => names.includes(name));
}

/** Options that only some measures use, under the code of the error. */
const USED_BY: Readonly<Record<string, { options: readonly (keyof SurveyOptions)[]; by: readonly SurveyMeasure[] }>> = {
  inference: {
    options: ["mode", "stride", "shortSide", "longSide", "ratios", "flip"],
    by: ["iou", "confidence"],
  },
  segments: { options: ["segments", "smallestSegment"], by: ["focus"] },
  classes: { options: ["classes"], by: ["iou", "confidence", "focus"] },
  labels: { options: ["labels"], by: ["iou", "focus"] },
};

/** Refuses options that would do nothing. */
function checkUsed(given: SurveyOptions, measures: readonly SurveyMeasure[]): void {
  for (const [code, { options, by }] of Object.entries(USED_BY)) {
    if (by.some((measure) => measures.includes(measure))) continue;
    const name = options.find((option) => given[option] != null && given[option] !== false);
    if (name === undefined) continue;
    const found = `${measures.join(", ")} alone`;
    throw new SurveyError(code, `${name}: expected it with measure ${by.join(" or ")}, found ${found}`);
  }
}

/** A path without what makes no difference. */
function withoutSlash(path: string): string {
  return normalize(path).replace(/(.)[/\\]$/, "$1");
}

/** The classes, where some are measured; checked against the model. */
async function classesOf(
  options: SurveyOptions,
  measures: readonly SurveyMeasure[],
  { numClasses, decoder }: SetrConfig,
  weights: Weights,
  labelled: boolean,
): Promise<ClassSet | null> {
  if (options.classes != null && areScenes(options.images)) {
    const expected = "none with drawn scenes, which bring their own";
    throw new SurveyError("classes", `classes: expected ${expected}, found ${options.classes}`);
  }
  const asked = measures.find((name) => name === "iou" || name === "confidence" || name === "focus");
  if (asked === undefined) return null;
  const onFound = segmentsOfWhat(options, labelled) === "found";
  const needsScores = asked !== "focus" || onFound;
  const needsLabels = measures.includes("iou") || (measures.includes("focus") && !onFound);
  if (needsScores && decoder.type === "none") {
    throw new SurveyError("classes", `${asked}: expected a model with a decoder, found an encoder alone`);
  }
  if (measures.includes("iou") && !labelled) {
    throw new SurveyError("labels", "iou: expected labels to compare with, found none");
  }
  const classes = await namedClasses(options, needsLabels && areScenes(options.images), numClasses, weights.classes);
  if (!needsScores || classes.names.length === numClasses) return classes;
  const found = `${classes.names.length} (${options.classes ?? "drawn scenes"})`;
  throw new SurveyError("classes", `classes: expected the model's ${numClasses}, found ${found}`);
}

async function namedClasses(
  { classes }: SurveyOptions,
  ofScenes: boolean,
  count: number,
  own: readonly string[] = Array.from({ length: count }, (_, k) => `class ${k}`),
): Promise<ClassSet> {
  if (classes != null) return readClassSet(classes);
  return { names: ofScenes ? SCENE_CLASSES : own, reduceZeroLabel: false, ignoreLabel: null };
}

function segmentsOfWhat({ segments }: SurveyOptions, labelled: boolean): "labels" | "found" {
  return segments ?? (labelled ? "labels" : "found");
}

function segmentsFor(options: SurveyOptions, labelled: boolean) {
  const of = segmentsOfWhat(options, labelled);
  const smallest = options.smallestSegment ?? 0.01;
  if (of === "labels" && !labelled) {
    throw new SurveyError("segments", "segments: expected labels to take them from, found none");
  }
  if (smallest >= 0 && smallest <= 1) return { of, smallest };
  throw new SurveyError("segments", `smallest segment: expected a share from 0 to 1, found ${smallest}`);
}

function inferenceOf(options: SurveyOptions, config: SetrConfig): InferenceSettings {
  const { mode = "whole", stride, shortSide, longSide, ratios, flip = false } = options;
  if (mode === "whole") {
    const given = { stride, shortSide, longSide, ratios };
    const extra = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
    if (extra === undefined) return { mode, stride: null, shortSide: null, longSide: null, ratios: null, flip };
    throw new SurveyError("inference", `${extra}: expected it with mode slide alone, found mode whole`);
  }
  const longest = Math.min(config.imageHeight, config.imageWidth);
  const step = stride ?? defaultStride({ config });
  if (!Number.isInteger(step) || step < 1 || step > longest) {
    throw new SurveyError("inference", `stride: expected a whole number from 1 to ${longest}, found ${step}`);
  }
  const short = shortSide ?? Math.max(config.imageHeight, config.imageWidth);
  for (const side of longSide === undefined ? [short] : [short, longSide]) {
    if (Number.isInteger(side) && side >= 1) continue;
    throw new SurveyError("inference", `side: expected a whole number of pixels, found ${side}`);
  }
  const wrong = (ratios ?? []).find((ratio) => !(ratio > 0 && ratio <= 16));
  if (wrong !== undefined || ratios?.length === 0) {
    throw new SurveyError("inference", `ratios: expected factors above 0 and up to 16, found ${wrong ?? "none"}`);
  }
  return { mode, stride: step, shortSide: short, longSide: longSide ?? null, ratios: ratios ?? [1], flip };
}
