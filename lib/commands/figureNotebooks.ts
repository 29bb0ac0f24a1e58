/** A notebook that `setr figures` runs, and what it saves. */
export interface FigureNotebook {
  readonly notebook: string;
  /** By the number of the figure, what its files are called: several where a figure has parts. */
  readonly files: Readonly<Record<number, readonly string[]>>;
  /** Files of a second photo, where there is one. */
  readonly ofSecond?: readonly string[];
  /** Whether it shows what only a decoder gives. */
  readonly needsDecoder?: boolean;
}

/** In the order in which they are run. The notebook that trains is run by `setr run`. */
export const FIGURE_NOTEBOOKS: readonly FigureNotebook[] = [
  { notebook: "01-position-embeddings.ipynb", files: { 1: ["figure-1-position-embeddings"] } },
  { notebook: "02-attention-maps.ipynb", files: { 2: ["figure-2-attention-maps"] } },
  { notebook: "03-features.ipynb", files: { 3: ["figure-3-features"] }, ofSecond: ["figure-3-features-second"] },
  { notebook: "04-attention-gallery.ipynb", files: { 4: ["figure-4-attention-gallery"] } },
  {
    notebook: "06-segment-and-explain.ipynb",
    files: { 5: ["figure-5-segmentation"], 6: ["figure-6-explanation"] },
    needsDecoder: true,
  },
  {
    notebook: "08-heads-and-differences.ipynb",
    files: {
      7: ["figure-7-attention-atlas"],
      8: ["figure-8-attention-distance"],
      9: ["figure-9-rollout-layers"],
      10: ["figure-10-similarity-profiles"],
      11: ["figure-11-recipes"],
      12: ["figure-12-difference", "figure-12-difference-positions", "figure-12-difference-features"],
    },
  },
];

/** Numbers of all figures. */
export const FIGURE_NUMBERS = FIGURE_NOTEBOOKS.flatMap(({ files }) => Object.keys(files).map(Number));

/** Figures of the supplement, drawn unless others are asked for. */
export const SUPPLEMENT_FIGURES: readonly number[] = [1, 2, 3, 4];
