import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { TITLES, withTarget } from "./measures";
import { SCENES_WEIGHTS } from "./models";
import { BENCH, FOLDER, ROOT } from "./paths";
import type { Section } from "./results";
import { type Row, rowLine } from "./rows";
import { pthOf, threadsOf, writePth } from "./sides";
import { inTurn } from "./statistics";

const execute = promisify(execFile);
const CACHE = join(FOLDER, "cache-of-figures");

/**
 * `npm run figures` end to end, with an empty cache and then with what that has kept, in turn with a plain script that draws
 * the same figures with PyTorch and matplotlib.
 *
 * @param python a Python with both
 */
export async function measureFigures(python: string, repeats: number): Promise<Section> {
  const anew = async () => {
    await rm(CACHE, { recursive: true, force: true });
    return secondsOfFigures();
  };
  await writePth(python, SCENES_WEIGHTS);
  const [first, again, theirs] = await inTurn([anew, secondsOfFigures, () => secondsOfScript(python)], repeats);
  await rm(CACHE, { recursive: true, force: true });
  const rows = [
    { title: TITLES.figures, unit: "s", ours: first!, theirs: theirs! },
    { title: TITLES.figuresAgain, unit: "s", ours: again!, theirs: theirs! },
  ] as const;
  const targeted = rows.map((row): Row => withTarget("figures", row.title, row));
  for (const row of targeted) console.error(`figures: ${rowLine(row)}`);
  const date = new Date().toISOString();
  return { name: "figures", title: "The four figures, end to end", date, repeats, rows: targeted, text: TEXT };
}

const TEXT = `Weights in the box; Figures 1 to 4 as PNG, SVG and PDF. Ours starts npm, checks that everything is built, and runs four notebooks, each in a
kernel of its own, with all that they show besides. PyTorch's is one script (bench/pytorch/figures.py) that draws as many panels with matplotlib
and nothing besides.`;

async function secondsOfFigures(): Promise<number> {
  const args = ["run", "--silent", "figures", "--", "--out", join(FOLDER, "figures")];
  return secondsOf("npm", args, { ...process.env, SETR_CACHE: CACHE });
}

async function secondsOfScript(python: string): Promise<number> {
  const script = join(BENCH, "pytorch", "figures.py");
  const args = [script, pthOf(SCENES_WEIGHTS), join(FOLDER, "figures-pytorch"), `${cpus().length}`];
  return secondsOf(python, args, { ...process.env, ...threadsOf() });
}

async function secondsOf(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const start = performance.now();
  await execute(command, [...args], { cwd: ROOT, env });
  return (performance.now() - start) / 1000;
}
