import type { SurveyOptions } from "../../lib/survey/plan";
import { fixture } from "../fixtures";

/** What a small survey measures: 17 drawn scenes, with a small model. */
export const SURVEYED = {
  weights: fixture("setr-pup-official.safetensors"),
  numHeads: 4,
  images: "scenes:20..36",
  measures: ["distance", "entropy", "confidence", "focus", "pooled"],
  segments: "found",
} as const;

/** The options of a small survey into a folder. */
export function smallSurvey(out: string, more: Partial<SurveyOptions> = {}): SurveyOptions {
  return { ...SURVEYED, out, ...more };
}
