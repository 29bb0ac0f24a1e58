import { rm } from "node:fs/promises";
import { forwardFlop } from "./flop";
import { captureFresh, type FreshCaptured, memoryRows, openingRows, timeRows } from "./fresh";
import { measuresOf, TITLES, withTarget } from "./measures";
import { type BenchModel, configOf, weightsOf } from "./models";
import type { Section } from "./results";
import { type Row, rowLine } from "./rows";
import { checkScores } from "./scores";
import { pthOf, type Sides, writePth } from "./sides";
import { median } from "./statistics";
import { shareRow, warmRows } from "./warm";

/** How to measure. */
export interface Plan {
  readonly sides: Sides;
  /** A Python with torch. */
  readonly python: string;
  /** How often each thing is measured on each side. */
  readonly repeats: number;
  /** Gives FLOP/s, in a process of its own. */
  readonly sampleRoof: () => Promise<number>;
}

const FLAT_PASSES = 20;

/** Everything about one model. */
export async function measureModel(model: BenchModel, plan: Plan): Promise<Section> {
  const { sides, python, repeats } = plan;
  const weights = await weightsOf(model);
  const flop = forwardFlop(await configOf(weights));
  const rows: Row[] = [];
  const tell = (row: Row) => {
    rows.push(row);
    console.error(`${model.name}: ${rowLine(row)}`);
  };
  await writePth(python, weights);
  try {
    const same = await checkScores(weights, sides);
    if (!model.onlyFresh) tellAll(model, await openingRows(weights, sides, repeats), tell);
    const captured = await captureFresh(weights, sides, repeats, plan.sampleRoof);
    tellAll(model, memoryRows(captured), tell);
    const roof = await (model.onlyFresh
      ? freshTimes(model, captured, flop, tell)
      : warmTimes(model, weights, plan, flop, tell));
    if (model.name === "large-480") tellAll(model, await flatRows(weights, sides), tell);
    return section(model, repeats, rows, [same, flopText(flop), roofText(roof)]);
  } finally {
    await rm(pthOf(weights), { force: true });
  }
}

function tellAll(model: BenchModel, rows: readonly Row[], tell: (row: Row) => void): void {
  for (const row of rows) tell(withTarget(model.name, row.title, row));
}

function freshTimes(
  model: BenchModel,
  captured: FreshCaptured,
  flop: number,
  tell: (row: Row) => void,
): readonly number[] {
  tellAll(model, timeRows(captured), tell);
  const seconds = captured.ours.map(({ second }) => second);
  tell(shareRow(model.name, flop, seconds, captured.roof));
  return captured.roof;
}

async function warmTimes(
  model: BenchModel,
  weights: string,
  { sides, repeats, sampleRoof }: Plan,
  flop: number,
  tell: (row: Row) => void,
): Promise<readonly number[]> {
  const [ours, theirs] = [sides.ours(weights), sides.theirs(weights)];
  const needed = measuresOf(model.name).some(({ asInstalled }) => asInstalled);
  const installed = needed ? sides.theirs(weights, true) : undefined;
  try {
    return await warmRows({ model, ours, theirs, installed, repeats, flop, sampleRoof }, tell);
  } finally {
    await Promise.all([ours, theirs, installed].map((side) => side?.close()));
  }
}

/** Whether memory grows with the number of passes in one process. */
async function flatRows(weights: string, sides: Sides): Promise<Row[]> {
  const side = sides.ours(weights);
  const peaks: number[] = [];
  try {
    await side.run("open");
    for (let pass = 0; pass < FLAT_PASSES; pass++) {
      await side.run("captured_forward");
      peaks.push(side.peak().resident);
    }
  } finally {
    await side.close();
  }
  return [
    { title: TITLES.resident20, unit: "GB", ours: [peaks.at(-1)! / 1e9] },
    { title: TITLES.growth, unit: "", ours: [peaks.at(-1)! / peaks[2]!] },
  ];
}

function section(model: BenchModel, repeats: number, rows: readonly Row[], notes: readonly string[]): Section {
  return { name: model.name, title: model.title, date: new Date().toISOString(), repeats, rows, text: notes.join(" ") };
}

function flopText(flop: number): string {
  return `A forward pass is ${(flop / 1e12).toPrecision(3)} TFLOP.`;
}

function roofText(roof: readonly number[]): string {
  const [least, middle, most] = [Math.min(...roof), median(roof), Math.max(...roof)].map((rate) =>
    (rate / 1e9).toFixed(0),
  );
  return `Roof between the captured passes: median ${middle} GFLOP/s (${least} to ${most}).`;
}
