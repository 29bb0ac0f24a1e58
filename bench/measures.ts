import type { Row, Target } from "./rows";
import type { TaskOptions } from "./tasks";

/** A line of the table: a task that both sides do on a warm model, in turn. */
export interface Measure {
  readonly task: string;
  readonly title: string;
  readonly options?: TaskOptions;
  /** On which models; all by default. */
  readonly models?: readonly string[];
  /** Against PyTorch with the settings of its libraries, not those that are best for it here. */
  readonly asInstalled?: boolean;
}

/** In the order in which they run; what needs captured values comes after the captured pass. */
const MEASURES: readonly Measure[] = [
  { task: "forward", title: "forward pass, class scores" },
  { task: "layer", title: "Z6 alone", options: { layer: 6 } },
  { task: "captured_forward", title: "forward pass with Z*, A*.mean, U*, logits" },
  { task: "rollout_point", title: "rollout of one point", options: { token: 100 } },
  { task: "rollout_all", title: "rollout of all points" },
  {
    task: "captured_forward",
    title: "forward pass with Z*, A*.mean, U*, logits; PyTorch as it is installed",
    asInstalled: true,
    models: ["large-480"],
  },
  {
    task: "rollout_all",
    title: "rollout of all points; PyTorch as it is installed",
    asInstalled: true,
    models: ["large-480"],
  },
  { task: "similarity", title: "similarity of all position embeddings" },
  { task: "pca", title: "three principal components of Z1 to ZL" },
  {
    task: "slide",
    title: "sliding windows over 1024x768, stride 320",
    options: { height: 768, width: 1024, stride: 320 },
    models: ["base-480"],
  },
  { task: "figure_1", title: "Figure 1, 900 tiles, 300 DPI (matplotlib)", models: ["large-480"] },
];

/** What is measured on a model. */
export function measuresOf(model: string): Measure[] {
  return MEASURES.filter(({ models }) => !models || models.includes(model));
}

/** Titles of rows that no warm task gives. */
export const TITLES = {
  opening: "from the weights to the first scores, less a warm pass",
  unknown: "the same, weights never opened before: every value and the hash are checked",
  resident: "peak resident memory, captured pass in a fresh process (VmHWM)",
  anonymous: "of it not a mapped file, peak (RssAnon)",
  share: "captured pass, share of the roof",
  resident20: "peak resident memory after 20 captured passes in a process",
  growth: "peak resident memory after 20 passes / after 3",
  figures: "`npm run figures`, four notebooks, nothing kept",
  figuresAgain: "the same again, captured values kept",
} as const;

const atMost = (of: Target["of"], value: number): Target => ({ of, bound: "at most", value });
const atLeast = (of: Target["of"], value: number): Target => ({ of, bound: "at least", value });

/** What is wanted, by section and then by the row's task or title. */
const TARGETS: Readonly<Record<string, Readonly<Record<string, Target>>>> = {
  "large-480": {
    captured_forward: atMost("ratio", 0.6),
    rollout_all: atMost("ratio", 0.6),
    figure_1: atMost("ratio", 0.02),
    [TITLES.share]: atLeast("ours", 90),
    [TITLES.opening]: atMost("ratio", 0.15),
    [TITLES.resident]: atMost("ratio", 0.9),
    [TITLES.anonymous]: atMost("ours", 0.8),
    [TITLES.growth]: atMost("ours", 1.05),
  },
  "large-768": { [TITLES.resident]: atMost("ours", 4) },
  figures: { [TITLES.figures]: atMost("ours", 25) },
};

/** The row with the target that its section has for it. */
export function withTarget(section: string, key: string, row: Row): Row {
  const target = TARGETS[section]?.[key];
  return target ? { ...row, target } : row;
}
