import { rm } from "node:fs/promises";
import { join } from "node:path";
import { TITLES } from "./measures";
import { FOLDER } from "./paths";
import type { Row } from "./rows";
import type { Peak, Side } from "./side";
import type { Sides } from "./sides";

/** What a fresh process gives. */
interface Fresh {
  /** Seconds to open the weights and run once, less a second pass. */
  readonly opening: number;
  /** Seconds of the second pass. */
  readonly second: number;
  /** Memory after the first pass. */
  readonly peak: Peak;
}

async function freshProcess(side: Side, task: string): Promise<Fresh> {
  try {
    side.watchMemory();
    const open = await side.seconds("open");
    const first = await side.seconds(task);
    const peak = side.peak();
    const second = await side.seconds(task);
    return { opening: open + first - second, second, peak };
  } finally {
    await side.close();
  }
}

/** From the weights to the first scores, in fresh processes in turn: ours on unknown weights, ours on known ones, theirs. */
export async function openingRows(weights: string, sides: Sides, repeats: number): Promise<Row[]> {
  const cache = join(FOLDER, "cache-of-one");
  const [unknown, known, theirs]: number[][] = [[], [], []];
  for (let repeat = 0; repeat < repeats; repeat++) {
    await rm(cache, { recursive: true, force: true });
    unknown!.push((await freshProcess(sides.ours(weights, cache), "forward")).opening);
    known!.push((await freshProcess(sides.ours(weights, cache), "forward")).opening);
    theirs!.push((await freshProcess(sides.theirs(weights), "forward")).opening);
  }
  await rm(cache, { recursive: true, force: true });
  return [
    { title: TITLES.opening, unit: "s", ours: known!, theirs: theirs! },
    { title: TITLES.unknown, unit: "s", ours: unknown!, theirs: theirs! },
  ];
}

/** Captured passes in fresh processes in turn, with samples of the roof between them. */
export interface FreshCaptured {
  readonly ours: readonly Fresh[];
  readonly theirs: readonly Fresh[];
  /** FLOP/s. */
  readonly roof: readonly number[];
}

export async function captureFresh(
  weights: string,
  sides: Sides,
  repeats: number,
  sampleRoof: () => Promise<number>,
): Promise<FreshCaptured> {
  const [ours, theirs]: Fresh[][] = [[], []];
  const roof: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    ours!.push(await freshProcess(sides.ours(weights), "captured_forward"));
    roof.push(await sampleRoof());
    theirs!.push(await freshProcess(sides.theirs(weights), "captured_forward"));
  }
  return { ours: ours!, theirs: theirs!, roof };
}

/** Memory of fresh processes. */
export function memoryRows({ ours, theirs }: FreshCaptured): Row[] {
  const gigabytes = (kind: keyof Peak) => ({
    ours: ours.map(({ peak }) => peak[kind] / 1e9),
    theirs: theirs.map(({ peak }) => peak[kind] / 1e9),
  });
  return [
    { title: TITLES.resident, unit: "GB", ...gigabytes("resident") },
    { title: TITLES.anonymous, unit: "GB", ...gigabytes("anonymous") },
  ];
}

/** Times of fresh processes, for models whose warm passes are not measured apart. */
export function timeRows({ ours, theirs }: FreshCaptured): Row[] {
  const seconds = (kind: "opening" | "second") => ({
    ours: ours.map((each) => each[kind]),
    theirs: theirs.map((each) => each[kind]),
  });
  return [
    { title: "from the weights to the first captured values, less a warm pass", unit: "s", ...seconds("opening") },
    { title: "forward pass with Z*, A*.mean, U*, logits, second one of a process", unit: "s", ...seconds("second") },
  ];
}
