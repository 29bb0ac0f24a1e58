/** Who wrote a checkpoint, told by the names of its tensors. */
export type FamilyName = "official" | "mmseg" | "timm" | "huggingface" | "google";

/** How tensors of a family become the model's: names, and where layouts differ, axes. */
export interface NameRule {
  /** Matches the whole name in the file. */
  readonly from: RegExp;
  /** The model's name; `$1` stands for the first group. */
  readonly to: string;
  /** Which third of a joined query-key-value tensor this is; the thirds are joined along axis 0. */
  readonly part?: 0 | 1 | 2;
  /** Axes reordered: axis i of the result is axis `axes[i]` of the file's tensor. */
  readonly axes?: readonly number[];
  /** How many leading axes become one after reordering. */
  readonly mergeFirst?: number;
  /** How many trailing axes become one after reordering. */
  readonly mergeLast?: number;
}

/** A tensor that the model does not need, and why. */
export interface IgnoreRule {
  readonly from: RegExp;
  readonly reason: string;
}

/** One way of naming and laying out a checkpoint. */
export interface Family {
  readonly name: FamilyName;
  /** What to call it in a sentence. */
  readonly title: string;
  /** A name that every checkpoint of the family has and no other does. */
  readonly signature: RegExp;
  readonly rules: readonly NameRule[];
  readonly ignored: readonly IgnoreRule[];
}

/** Reasons to leave a tensor aside, in words. */
export const REASONS = {
  auxiliary: "auxiliary head, used in training only",
  counter: "batch counter of a normalisation",
  baseClass: "classifier of the base class, replaced by the head's own",
  finalNorm: "final norm of the encoder, after the last Z",
  classifier: "image classifier",
  distillation: "distillation token",
} as const;
