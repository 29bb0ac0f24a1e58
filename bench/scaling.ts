import type { SetrConfig } from "setr";
import { forwardFlop } from "./flop";
import type { Plan } from "./measureModel";
import { configOf, SCENES_WEIGHTS, untrainedWeights } from "./models";
import type { Section } from "./results";
import { drawScaling, PICTURE, scalingTable } from "./scalingPage";
import { median } from "./statistics";

/** What is measured at each point: with class scores alone, and with Z*, A*.mean, U* and scores captured. */
export const PASSES = { plain: "forward", captured: "captured_forward" } as const;

/** One size, in a fresh process. */
export interface Sample {
  readonly seconds: number;
  /** Peak resident memory above a worker that has opened nothing, in GB. */
  readonly memory: number;
}

/** A size and what it takes. */
export interface Point extends Readonly<Record<keyof typeof PASSES, Sample>> {
  readonly x: number;
  /** Floating-point operations of a plain pass. */
  readonly flop: number;
}

/** Growing sizes of one kind. */
export interface Sweep {
  readonly title: string;
  /** What grows. */
  readonly label: string;
  readonly points: readonly Point[];
  readonly expected: { readonly seconds: string; readonly memory: string };
}

/** What computes, and how often each size is measured. */
type ScalingPlan = Pick<Plan, "sides" | "repeats">;

const IMAGES = [1, 8, 64];
const GRIDS = [10, 15, 20, 30, 40, 48];
const DEPTHS = [3, 6, 12, 24];
const [GRID_DEPTH, DEPTH_GRID, PATCH] = [4, 20, 16];

/** Time and memory against the number of images, of tokens and of layers; a process for each size. */
export async function measureScaling(plan: ScalingPlan, page: string): Promise<Section> {
  const sweeps = [await overImages(plan), await overTokens(plan), await overDepth(plan)];
  const picture = page.replace(/[^/]*$/, PICTURE);
  await drawScaling(sweeps, picture);
  const text = `${scalingTable(sweeps)}\n\n![Time and memory against images, tokens and layers](${PICTURE})`;
  return {
    name: "scaling",
    title: "Scaling (ours)",
    date: new Date().toISOString(),
    repeats: plan.repeats,
    rows: [],
    text,
  };
}

async function overImages(plan: ScalingPlan): Promise<Sweep> {
  const config = await configOf(SCENES_WEIGHTS);
  const points: Point[] = [];
  for (const images of IMAGES) {
    const samples = await samplesOf(plan, SCENES_WEIGHTS, {}, { images });
    points.push({ x: images, flop: images * forwardFlop(config), ...samples });
  }
  return {
    title: "Images",
    label: "Images, one after another",
    points,
    expected: { seconds: "1: each takes as long", memory: "0: nothing of an image is kept" },
  };
}

async function overTokens(plan: ScalingPlan): Promise<Sweep> {
  const config = baseConfig(GRID_DEPTH, 30);
  const weights = await untrainedWeights(`scaling-${GRID_DEPTH}-layers`, config);
  const points: Point[] = [];
  for (const side of GRIDS) {
    const size = { height: side * PATCH, width: side * PATCH };
    const samples = await samplesOf(plan, weights, size, {});
    points.push({ x: side * side + 1, flop: forwardFlop(baseConfig(GRID_DEPTH, side)), ...samples });
  }
  return {
    title: "Tokens",
    label: "Tokens (10x10 to 48x48)",
    points,
    expected: {
      seconds: "1 to 2: products with weights grow with N, attention with N²",
      memory: "below 1: engine and weights stay; values grow with N, captured A.mean with N²",
    },
  };
}

async function overDepth(plan: ScalingPlan): Promise<Sweep> {
  const points: Point[] = [];
  for (const depth of DEPTHS) {
    const config = baseConfig(depth, DEPTH_GRID);
    const weights = await untrainedWeights(`scaling-${depth}-layers-${DEPTH_GRID}`, config);
    points.push({ x: depth, flop: forwardFlop(config), ...(await samplesOf(plan, weights, {}, {})) });
  }
  return {
    title: "Layers",
    label: "Layers",
    points,
    expected: {
      seconds: "1 but for patches and decoder",
      memory: "below 1: the engine stays; weights and captured values grow with each layer",
    },
  };
}

/** T-Base's width with a Naive decoder, whose share is small, so that the encoder shows. */
function baseConfig(depth: number, grid: number): SetrConfig {
  const size = grid * PATCH;
  return {
    imageHeight: size,
    imageWidth: size,
    patchSize: PATCH,
    embedDim: 768,
    depth,
    numHeads: 12,
    mlpDim: 3072,
    numClasses: 60,
    decoder: { type: "naive", channels: 256, order: "official" },
    normalisation: "imagenet",
  };
}

async function samplesOf(plan: ScalingPlan, weights: string, size: object, options: object) {
  const plain = await sampleOf(plan, weights, PASSES.plain, size, options);
  const captured = await sampleOf(plan, weights, PASSES.captured, size, options);
  return { plain, captured };
}

/** The median of a few passes after one that warms up. */
async function sampleOf(
  { sides, repeats }: ScalingPlan,
  weights: string,
  task: string,
  size: object,
  options: object,
): Promise<Sample> {
  const side = sides.ours(weights);
  try {
    await side.run("nothing");
    const before = side.resident();
    await side.run("open", size);
    await side.run(task);
    const seconds: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) seconds.push(await side.seconds(task, options));
    const sample = { seconds: median(seconds), memory: (side.peak().resident - before) / 1e9 };
    console.error(`scaling: ${task} ${JSON.stringify({ ...size, ...options })} ${JSON.stringify(sample)}`);
    return sample;
  } finally {
    await side.close();
  }
}
