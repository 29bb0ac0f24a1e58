/** One table of a survey. */
export interface SurveyTable {
  readonly name: string;
  /** Field of a picture's record that holds its rows; undefined where the record itself is the row. */
  readonly rows?: string;
  /** Types of DuckDB by column, after `index` and `image`. */
  readonly columns: Readonly<Record<string, string>>;
  /** Columns that tell the rows of one picture apart. */
  readonly order: readonly string[];
}

/** Pictures that could not be measured, and why. */
export const FAILURES: SurveyTable = { name: "failures", columns: { code: "VARCHAR", reason: "VARCHAR" }, order: [] };

/**
 * The tables, that of the pictures last: a picture is in it only when all its other rows are written.
 *
 * Every table begins with `index` (place in the list) and `image` (name).
 */
export const SURVEY_TABLES: readonly SurveyTable[] = [
  {
    name: "heads",
    rows: "heads",
    columns: {
      layer: "SMALLINT",
      head: "SMALLINT",
      distance: "DOUBLE",
      entropy: "DOUBLE",
      relative_entropy: "DOUBLE",
    },
    order: ["layer", "head"],
  },
  {
    name: "confidence",
    rows: "confidence",
    columns: { class: "INTEGER", pixels: "INTEGER", confidence: "DOUBLE", probability: "DOUBLE" },
    order: ["class"],
  },
  {
    name: "confusion",
    rows: "confusion",
    columns: { label: "INTEGER", found: "INTEGER", pixels: "INTEGER" },
    order: ["label", "found"],
  },
  {
    name: "focus",
    rows: "focus",
    columns: { segment: "INTEGER", class: "INTEGER", area: "DOUBLE", inside: "DOUBLE", relative_inside: "DOUBLE" },
    order: ["segment"],
  },
  {
    name: "pooled",
    rows: "pooled",
    columns: { layer: "SMALLINT", mean: "FLOAT[]" },
    order: ["layer"],
  },
  FAILURES,
  { name: "images", columns: { sha256: "VARCHAR", height: "INTEGER", width: "INTEGER" }, order: [] },
];

/** Mean attention distance and entropy of a head. */
export interface HeadRow {
  /** 1..L. */
  readonly layer: number;
  /** 1..H. */
  readonly head: number;
  /** Pixels of the model's input. */
  readonly distance: number | null;
  /** Nats, and divided by ln N. */
  readonly entropy: number | null;
  readonly relative_entropy: number | null;
}

/** How sure the model is of a class. */
export interface ConfidenceRow {
  /** From 0. */
  readonly class: number;
  /** Pixels in which the class is found. */
  readonly pixels: number;
  /** Mean probability of the class in these; null where there are none. */
  readonly confidence: number | null;
  /** Mean probability of the class in all pixels. */
  readonly probability: number;
}

/** Pixels of a label in which a class is found. */
export interface ConfusionRow {
  readonly label: number;
  readonly found: number;
  readonly pixels: number;
}

/** How much of the rollout of a segment falls inside it. */
export interface FocusRow {
  /** Number of the segment within its picture, from 0 in reading order. */
  readonly segment: number;
  readonly class: number;
  /** Share of the picture that it covers. */
  readonly area: number;
  /** Share of its rollout that falls inside it; of the rollout relative to the mean of all points, null where that is 0. */
  readonly inside: number;
  readonly relative_inside: number | null;
}

/** Mean of a layer's features over the patches, class token left out. */
export interface PooledRow {
  readonly layer: number;
  /** C values. */
  readonly mean: readonly number[];
}

/** What is measured of a picture. */
export interface ImageRecord {
  readonly index: number;
  readonly image: string;
  /** Of the file; of a scene, of its pixels. */
  readonly sha256: string;
  /** Size of the picture in the file, upright, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly heads?: readonly HeadRow[];
  readonly confidence?: readonly ConfidenceRow[];
  readonly confusion?: readonly ConfusionRow[];
  readonly focus?: readonly FocusRow[];
  readonly pooled?: readonly PooledRow[];
}

/** A picture that could not be measured. */
export interface FailureRecord {
  readonly index: number;
  readonly image: string;
  readonly code: string;
  readonly reason: string;
}

/** What is kept of a picture. */
export type SurveyRecord = ImageRecord | FailureRecord;
