import { type AttentionStatistics, evenDistance } from "../analysis/attentionDistance";
import { SurveyError } from "../errors";
import { ConfusionMatrix } from "../train/metrics";
import { openDatabase } from "./database";
import { readSettings, type SurveyMeasure, type SurveySettings } from "./settings";
import { createViews } from "./views";

/** IoU of a class over all pictures. */
export interface ClassIoU {
  readonly class: number;
  readonly name: string;
  /** Not a number for a class that occurs neither in the labels nor in what is found. */
  readonly iou: number;
  /** Pixels with this label. */
  readonly pixels: number;
}

/** Two classes, the second of which was found where the first was the label. */
export interface ConfusedPair {
  readonly label: string;
  readonly found: string;
  readonly pixels: number;
  /** Share of the label's pixels. */
  readonly share: number;
}

/** A picture and how far its attention reaches. */
export interface AttentionReach {
  readonly index: number;
  readonly image: string;
  /** Mean over the heads, in pixels. */
  readonly distance: number;
}

/** The results of a survey; a database over its files that sees what was there when it was opened. */
export interface Survey {
  readonly settings: SurveySettings;
  /**
   * Rows of a query in DuckDB's SQL over the tables `images`, `heads`, `confidence`, `confusion`, `focus`, `pooled`,
   * `failures`.
   *
   * @throws SurveyError `query`
   */
  query<Row = Record<string, unknown>>(sql: string): Promise<Row[]>;
  /**
   * Mean attention distance and entropy of every head over all pictures, for `attentionDistanceFigure`.
   *
   * @throws SurveyError `not-measured`
   */
  attentionStatistics(): Promise<AttentionStatistics>;
  /** Counts of pixels by label and found class over all pictures. */
  confusion(): Promise<ConfusionMatrix>;
  /** IoU of every class over all pictures; `meanIoU` over those that occur, and the share of right pixels. */
  iou(): Promise<{ readonly classes: readonly ClassIoU[]; readonly meanIoU: number; readonly pixelAccuracy: number }>;
  /** The pairs of classes that are most often confused, by pixels. */
  mostConfused(count?: number): Promise<ConfusedPair[]>;
  /**
   * The pictures whose attention reaches farthest, or least far.
   *
   * @param choice `most` "global" or "local"; one layer (1..L), or the mean over all; how many pictures, 6 by default
   */
  extremes(choice: { most: "global" | "local"; layer?: number; count?: number }): Promise<AttentionReach[]>;
  close(): void;
}

/**
 * Opens the results of a survey, finished or not, with an embedded database (DuckDB) over its Parquet files.
 *
 * @param folder what was given as `out`
 * @throws SurveyError `not-a-survey`, `not-there`
 */
export async function openSurvey(folder: string): Promise<Survey> {
  const settings = await readSettings(folder);
  const database = await openDatabase();
  await createViews(database, folder).catch((error) => {
    database.close();
    throw error;
  });
  const query = <Row>(sql: string) => database.rows<Row>(sql);
  const confusion = () => confusionOf(settings, query);
  return {
    settings,
    query,
    attentionStatistics: () => statisticsOf(settings, query),
    confusion,
    iou: async () => iouOf(settings, await confusion()),
    mostConfused: async (count = 10) => confusedPairs(settings, await confusion(), count),
    extremes: (choice) => extremesOf(settings, query, choice),
    close: () => database.close(),
  };
}

type Query = <Row>(sql: string) => Promise<Row[]>;

function need({ measures }: SurveySettings, ...names: readonly SurveyMeasure[]): void {
  if (names.some((name) => measures.includes(name))) return;
  const found = measures.join(", ");
  throw new SurveyError("not-measured", `survey: expected ${names.join(" or ")} among its measures, found ${found}`);
}

async function statisticsOf(settings: SurveySettings, query: Query): Promise<AttentionStatistics> {
  need(settings, "distance", "entropy");
  const { depth, numHeads, imageHeight, imageWidth, patchSize, tokens } = settings.model;
  const rows = await query<Record<"distance" | "entropy" | "relative", number | null>>(
    `SELECT avg(distance) AS distance, avg(entropy) AS entropy, avg(relative_entropy) AS relative
     FROM heads GROUP BY layer, head ORDER BY layer, head`,
  );
  const byLayer = (of: (row: (typeof rows)[number]) => number | null) =>
    Array.from({ length: rows.length / numHeads }, (_, l) =>
      rows.slice(l * numHeads, (l + 1) * numHeads).map((row) => of(row) ?? Number.NaN),
    );
  if (rows.length !== depth * numHeads) throw new SurveyError("not-measured", "survey: expected pictures, found none");
  const grid = { height: imageHeight / patchSize, width: imageWidth / patchSize };
  return {
    distance: byLayer(({ distance }) => distance),
    entropy: byLayer(({ entropy }) => entropy),
    relativeEntropy: byLayer(({ relative }) => relative),
    evenDistance: evenDistance(grid, patchSize),
    evenEntropy: Math.log(tokens),
  };
}

async function confusionOf(settings: SurveySettings, query: Query): Promise<ConfusionMatrix> {
  need(settings, "iou");
  const matrix = new ConfusionMatrix(settings.classes!.names.length);
  const rows = await query<{ label: number; found: number; pixels: number }>(
    "SELECT label, found, sum(pixels)::BIGINT AS pixels FROM confusion GROUP BY label, found",
  );
  for (const { label, found, pixels } of rows) matrix.counts[label * matrix.classes + found] = pixels;
  return matrix;
}

function iouOf({ classes }: SurveySettings, confusion: ConfusionMatrix) {
  const { iou, meanIoU, pixelAccuracy } = confusion.scores();
  const rows = classes!.names.map((name, k) => ({ class: k, name, iou: iou[k]!, pixels: labelled(confusion, k) }));
  return { classes: rows, meanIoU, pixelAccuracy };
}

function labelled({ classes, counts }: ConfusionMatrix, label: number): number {
  return counts.subarray(label * classes, (label + 1) * classes).reduce((sum, count) => sum + count, 0);
}

function confusedPairs({ classes }: SurveySettings, confusion: ConfusionMatrix, count: number): ConfusedPair[] {
  const names = classes!.names;
  const pairs = names.flatMap((label, row) =>
    names.map((found, column) => {
      const pixels = row === column ? 0 : confusion.counts[row * names.length + column]!;
      return { label, found, pixels, share: pixels / labelled(confusion, row) };
    }),
  );
  return pairs
    .filter(({ pixels }) => pixels > 0)
    .sort((one, other) => other.pixels - one.pixels)
    .slice(0, count);
}

function extremesOf(settings: SurveySettings, query: Query, choice: Parameters<Survey["extremes"]>[0]) {
  need(settings, "distance");
  const { most, layer, count = 6 } = choice;
  const { depth } = settings.model;
  if (layer !== undefined && !(Number.isInteger(layer) && layer >= 1 && layer <= depth)) {
    throw new SurveyError("layer", `layer: expected a whole number from 1 to ${depth}, found ${layer}`);
  }
  return query<AttentionReach>(
    `SELECT index, image, avg(distance) AS distance FROM heads ${layer === undefined ? "" : `WHERE layer = ${layer}`}
     GROUP BY index, image ORDER BY distance ${most === "global" ? "DESC" : "ASC"}, index LIMIT ${Math.floor(count)}`,
  );
}
