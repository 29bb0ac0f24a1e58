import { join } from "node:path";
import { type Measure, measuresOf, TITLES, withTarget } from "./measures";
import type { BenchModel } from "./models";
import { FOLDER } from "./paths";
import type { Row } from "./rows";
import type { Side } from "./side";
import { inTurn } from "./statistics";

/** What the warm measures of a model need. */
export interface Warm {
  readonly model: BenchModel;
  readonly ours: Side;
  readonly theirs: Side;
  /** PyTorch with its libraries' own settings, where something is measured against it. */
  readonly installed: Side | undefined;
  readonly repeats: number;
  /** Floating-point operations of a pass. */
  readonly flop: number;
  /** Gives FLOP/s. */
  readonly sampleRoof: () => Promise<number>;
}

/**
 * Both sides on warm models, in turn, one process each; PyTorch with other settings has one more.
 *
 * @param tell is handed each row as it is measured
 * @returns the samples of the roof that were taken between captured passes
 */
export async function warmRows(warm: Warm, tell: (row: Row) => void): Promise<readonly number[]> {
  await warm.ours.run("open");
  await warm.theirs.run("open");
  await warm.installed?.run("open");
  let roof: readonly number[] = [];
  for (const measure of measuresOf(warm.model.name)) {
    const { ours, theirs, samples } = await measureInTurn(warm, measure);
    const row: Row = { title: measure.title, unit: "s", ours, theirs };
    tell(withTarget(warm.model.name, measure.task, row));
    if (samples.length === 0) continue;
    roof = samples;
    tell(shareRow(warm.model.name, warm.flop, ours, roof));
  }
  return roof;
}

/** Around captured passes with samples of the roof. */
async function measureInTurn({ ours, theirs, installed, repeats, sampleRoof }: Warm, measure: Measure) {
  const { task, options = {}, asInstalled = false } = measure;
  const of = (side: Side, name: string) => () =>
    side.seconds(task, { ...options, ...(task === "figure_1" ? { path: join(FOLDER, `figure-1-${name}.png`) } : {}) });
  const roof = task === "captured_forward" && !asInstalled ? [sampleRoof] : [];
  const values = await inTurn([of(ours, "ours"), ...roof, of(asInstalled ? installed! : theirs, "theirs")], repeats);
  return { ours: values[0]!, theirs: values.at(-1)!, samples: roof.length > 0 ? values[1]! : [] };
}

/** How near captured passes come to the roof: each against the sample that was taken in the same round. */
export function shareRow(section: string, flop: number, seconds: readonly number[], roof: readonly number[]): Row {
  const shares = seconds.map((each, i) => (100 * flop) / each / roof[i]!);
  return withTarget(section, TITLES.share, { title: TITLES.share, unit: "%", ours: shares });
}
