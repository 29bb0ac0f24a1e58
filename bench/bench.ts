/**
 * Compares this library with PyTorch, and writes bench/RESULTS.md and bench/RESULTS.json.
 *
 * npm run bench -- [--models scenes,base-480,large-480,large-768] [--figures] [--scaling] [--repeats 5] [--python P] [--out PAGE.md]
 *
 * Measures what is named, or everything. Each finished section replaces the one of its name in the page; sections of another
 * machine, or of other versions, are dropped from it.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { measureFigures } from "./figures";
import { describeMachine, type Machine } from "./machine";
import { measureModel, type Plan } from "./measureModel";
import { type BenchModel, MODELS, SCENES_WEIGHTS } from "./models";
import { BENCH, FOLDER } from "./paths";
import { findPython } from "./python";
import { type Section, saveSection } from "./results";
import { measureScaling } from "./scaling";
import { type Sides, sidesOf, writePth } from "./sides";

const ORDER = [...MODELS.map(({ name }) => name), "figures", "scaling"];

interface Wanted {
  readonly models: readonly BenchModel[];
  readonly figures: boolean;
  readonly scaling: boolean;
  readonly repeats: number;
  readonly python: string | undefined;
  readonly page: string;
}

function wantedOf(argv: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      models: { type: "string" },
      figures: { type: "boolean", default: false },
      scaling: { type: "boolean", default: false },
      repeats: { type: "string", default: "5" },
      python: { type: "string" },
      out: { type: "string", default: join(BENCH, "RESULTS.md") },
    },
  });
  const repeats = Number(values.repeats);
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new Error(`--repeats: expected 1 or more, found ${values.repeats}`);
  if (process.platform !== "linux")
    throw new Error(`system: expected Linux, whose /proc tells memory, found ${process.platform}`);
  const isAll = values.models === undefined && !values.figures && !values.scaling;
  const names = isAll ? MODELS.map(({ name }) => name) : (values.models?.split(",") ?? []);
  return {
    models: names.map(modelNamed),
    figures: isAll || values.figures,
    scaling: isAll || values.scaling,
    repeats,
    python: values.python,
    page: resolve(values.out),
  };
}

function modelNamed(name: string): BenchModel {
  const model = MODELS.find((known) => known.name === name);
  if (model) return model;
  throw new Error(`--models: expected some of ${MODELS.map((known) => known.name).join(", ")}, found ${name}`);
}

async function main(): Promise<void> {
  const wanted = wantedOf(process.argv.slice(2));
  await mkdir(FOLDER, { recursive: true });
  const python = await findPython(wanted.python);
  const sides = sidesOf(python);
  const machine = await machineOf(python, sides);
  const notes = await readFile(join(BENCH, "notes.md"), "utf8");
  const save = (section: Section) => saveSection(wanted.page, machine, section, ORDER, notes);
  const roof = sides.ours("");
  const sampleRoof = async () => (await roof.run("roof")).rate as number;
  const plan: Plan = { sides, python, repeats: wanted.repeats, sampleRoof };
  try {
    for (const model of wanted.models) await save(await timed(model.name, () => measureModel(model, plan)));
    if (wanted.figures) await save(await timed("figures", () => measureFigures(python, wanted.repeats)));
    if (wanted.scaling) await save(await timed("scaling", () => measureScaling(plan, wanted.page)));
  } finally {
    await roof.close();
  }
  console.log(wanted.page);
}

async function timed(name: string, work: () => Promise<Section>): Promise<Section> {
  const start = performance.now();
  const section = await work();
  console.error(`${name}: done in ${((performance.now() - start) / 60_000).toFixed(1)} minutes`);
  return section;
}

async function machineOf(python: string, sides: Sides): Promise<Machine> {
  await writePth(python, SCENES_WEIGHTS);
  const [ours, theirs] = [sides.ours(SCENES_WEIGHTS), sides.theirs(SCENES_WEIGHTS)];
  try {
    return await describeMachine(ours, theirs);
  } finally {
    await Promise.all([ours.close(), theirs.close()]);
  }
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exit(1);
});
