// L layers, H heads, N tokens, C width, K classes
import { capturedAttention } from "../activations";
import { attentionDistance, attentionEntropy } from "../analysis/attentionDistance";
import type { NdArray } from "../arrays";
import { normalise } from "../image/preprocess";
import { gridSize, hasClassToken, type SetrConfig, tokenCount } from "../model/config";
import { classMask, segment } from "../segment";
import type { Run, Setr } from "../setr";
import { ConfusionMatrix } from "../train/metrics";
import { focusRows } from "./focusRows";
import { type LoadedImage, labelsAt } from "./loadImage";
import { type Prediction, predict, type Scores } from "./predict";
import { mirroredImage, resizeBilinear, scaledSize } from "./resizeImage";
import type { SurveyMeasure, SurveySettings } from "./settings";
import type { ConfidenceRow, ConfusionRow, HeadRow, ImageRecord, PooledRow } from "./tables";

/** Nothing is kept, and no bar is drawn over that of the survey. */
const QUIETLY = { cache: false, onProgress: () => {} };

/**
 * Everything that a survey measures of a picture.
 *
 * Attention and features are those of one pass over the picture stretched to the model's size, however it is segmented.
 *
 * @param model opened as the settings say
 * @param image of `loadImage`
 */
export async function measureImage(model: Setr, image: LoadedImage, settings: SurveySettings): Promise<ImageRecord> {
  const { measures, inference, segments } = settings;
  const has = (measure: SurveyMeasure) => measures.includes(measure);
  const { photo, item, labels } = image;
  const needsScores = inference?.mode === "whole" || segments?.of === "found";
  const capture = [
    ...(has("distance") || has("entropy") ? ["A*"] : has("focus") ? ["A*.mean"] : []),
    ...(has("pooled") ? ["Z*"] : []),
    ...(needsScores ? ["logits"] : []),
  ];
  const run = capture.length > 0 ? await model.run(photo, { capture, ...QUIETLY }) : undefined;
  const size = { height: photo.originalHeight, width: photo.originalWidth };
  const classes = model.config.numClasses;
  const prediction = inference ? await predict(passesOver(model, image, settings, run), size, classes) : undefined;
  return {
    index: item.index,
    image: item.name,
    sha256: photo.sha256,
    ...size,
    ...(has("distance") || has("entropy") ? { heads: headRows(run!, has) } : {}),
    ...(has("confidence") ? { confidence: confidenceRows(prediction!, classes) } : {}),
    ...(has("iou") ? { confusion: confusionRows(labels!.classes, prediction!.classes, classes) } : {}),
    ...(has("focus") ? { focus: focusOf(model.config, image, settings, run!) } : {}),
    ...(has("pooled") ? { pooled: pooledRows(run!) } : {}),
  };
}

/** The scores of the picture at every size, and of the mirrored one. */
async function* passesOver(
  model: Setr,
  { photo, original }: LoadedImage,
  { inference }: SurveySettings,
  run: Run | undefined,
): AsyncGenerator<Scores> {
  const { mode, stride, shortSide, longSide, ratios, flip } = inference!;
  const window = { height: model.config.imageHeight, width: model.config.imageWidth };
  const scores = async (image: LoadedImage["photo"]["image"]): Promise<NdArray> => {
    const pixels = normalise(image, model.config.normalisation);
    return segment(model, pixels, { ...QUIETLY, ...(mode === "whole" ? {} : { mode, stride: stride! }) });
  };
  for (const ratio of ratios ?? [1]) {
    const isWhole = mode === "whole";
    const image = isWhole
      ? photo.image
      : resizeBilinear(original!, scaledSize(original!, { shortSide: shortSide!, longSide, ratio }, window));
    yield { logits: isWhole ? run!.get("logits") : await scores(image), mirrored: false };
    if (flip) yield { logits: await scores(mirroredImage(image)), mirrored: true };
  }
}

function headRows(run: Run, has: (measure: SurveyMeasure) => boolean): HeadRow[] {
  const attentions = capturedAttention(run);
  const distance = has("distance")
    ? attentionDistance(attentions, gridSize(run.config), run.config.patchSize)
    : undefined;
  const entropy = has("entropy") ? attentionEntropy(attentions) : undefined;
  const even = Math.log(tokenCount(run.config));
  return attentions.flatMap(({ shape }, l) =>
    Array.from({ length: shape[1]! }, (_, h) => ({
      layer: l + 1,
      head: h + 1,
      distance: distance?.[l]?.[h] ?? null,
      entropy: entropy?.[l]?.[h] ?? null,
      relative_entropy: entropy ? entropy[l]![h]! / even : null,
    })),
  );
}

function confidenceRows({ classes, probabilities }: Prediction, count: number): ConfidenceRow[] {
  const pixels = classes.length;
  return Array.from({ length: count }, (_, k) => {
    let [found, inFound, everywhere] = [0, 0, 0];
    for (let pixel = 0; pixel < pixels; pixel++) {
      const probability = probabilities[k * pixels + pixel]!;
      everywhere += probability;
      if (classes[pixel] !== k) continue;
      inFound += probability;
      found++;
    }
    return {
      class: k,
      pixels: found,
      confidence: found > 0 ? inFound / found : null,
      probability: everywhere / pixels,
    };
  });
}

/** Labels and found classes that occur together; pixels that do not count are left out. */
function confusionRows(labels: ArrayLike<number>, found: Uint16Array, classes: number): ConfusionRow[] {
  const matrix = new ConfusionMatrix(classes);
  matrix.add(labels, found);
  const rows: ConfusionRow[] = [];
  matrix.counts.forEach((pixels, i) => {
    if (pixels > 0) rows.push({ label: Math.floor(i / classes), found: i % classes, pixels });
  });
  return rows;
}

function focusOf(config: SetrConfig, { labels }: LoadedImage, { segments }: SurveySettings, run: Run) {
  const size = { height: config.imageHeight, width: config.imageWidth };
  const classes = segments!.of === "labels" ? labelsAt(labels!, size) : classMask(run.get("logits")).classes;
  return focusRows(capturedAttention(run), classes, config, segments!.smallest);
}

function pooledRows(run: Run): PooledRow[] {
  const first = hasClassToken(run.config) ? 1 : 0;
  return Array.from({ length: run.config.depth }, (_, l) => {
    const { shape, data } = run.get(`Z${l + 1}`);
    const [, tokens, width] = shape as [number, number, number];
    const sums = new Float64Array(width);
    for (let token = first; token < tokens; token++) {
      for (let c = 0; c < width; c++) sums[c]! += data[token * width + c]!;
    }
    // Nine digits tell all numbers of single precision apart.
    return { layer: l + 1, mean: Array.from(sums, (sum) => Number((sum / (tokens - first)).toPrecision(9))) };
  });
}
