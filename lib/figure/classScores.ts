import { type Bar, type BarsOptions, barsFigure } from "./bars";
import { classColors } from "./classPalette";
import type { Figure } from "./description";

/** Options of {@link classScoresFigure}. */
export interface ClassScoresOptions extends BarsOptions {
  /** Names of all classes in the order of their numbers, which decide the colours; default the names of the scores. */
  readonly classNames?: readonly string[];
}

/**
 * Scores of classes as bars in the colours that the classes have on maps, highest first.
 *
 * @param scores name and value of each class, such as its intersection over union; not a number where there is none
 * @param options see {@link ClassScoresOptions}; `valueLabel` "Score" and `order` "descending" by default
 * @returns the description
 * @throws FigureError as `barsFigure`
 */
export function classScoresFigure(scores: readonly Bar[], options: ClassScoresOptions = {}): Figure {
  const names = options.classNames ?? scores.map(({ name }) => name);
  const colors = names.length > 0 ? classColors(names.length, names) : [];
  const bars = scores.map((score): Bar => {
    const color = score.color ?? colors[names.indexOf(score.name)];
    return color === undefined ? score : { ...score, color };
  });
  return barsFigure(bars, { valueLabel: "Score", order: "descending", title: "Scores of classes", ...options });
}
