import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { type NotebookCell, readNotebook } from "../lib/notebook/document";
import type { CellOutput, DisplayOutput } from "../lib/notebook/outputs";
import { temporaryFolder } from "./fixtures";
import { programIn } from "./program";

const NOTEBOOKS = join(__dirname, "..", "notebooks");
const names = readdirSync(NOTEBOOKS).filter((name) => name.endsWith(".ipynb"));
const folder = await temporaryFolder();
const EXECUTED = join(folder, "executed");

/** It trains for minutes, and its numbers are those of one backend; here it takes few steps. */
const TRAINS = "05-watch-figure-1-emerge.ipynb";
const FEW_STEPS = ["-p", "steps=6", "-p", "redrawEvery=3", "-p", "size=32"];

/** Mean difference of two pictures' values, 0..255, below which they are the same: captions name the engine that started. */
const TOLERANCE = 1;

/** What a cell shows, without what differs from run to run and from machine to machine. */
function shown({ outputs = [] }: NotebookCell) {
  return (outputs as CellOutput[]).map((output) => {
    if (output.output_type === "stream") return { name: output.name, text: steady(output.text) };
    if (!("data" in output)) return output;
    return { types: kinds(output), metadata: output.metadata, text: steady(output.data["text/plain"]) };
  });
}

/** Types of what is displayed; the stored notebooks leave interactive views out. */
function kinds({ data }: Pick<DisplayOutput, "data">): string[] {
  return Object.keys(data)
    .filter((type) => type !== "text/html")
    .sort();
}

/** Text without durations and what follows them in the line, where kept values came from, and without the engine that started. */
function steady(text: unknown): string {
  const whole = Array.isArray(text) ? text.join("") : `${text ?? ""}`;
  return whole.replace(/\d+(\.\d+)? s\b.*/g, "# s").replace(/\btfjs, backend .*/g, "tfjs, backend #");
}

const pictures = ({ outputs = [] }: NotebookCell): Buffer[] =>
  (outputs as CellOutput[]).flatMap((output) =>
    "data" in output && "image/png" in output.data ? [Buffer.from(`${output.data["image/png"]}`, "base64")] : [],
  );

async function meanDifference(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((png) => sharp(png).raw().toBuffer({ resolveWithObject: true })));
  expect(b!.info).toEqual(a!.info);
  let sum = 0;
  for (let i = 0; i < a!.data.length; i++) sum += Math.abs(a!.data[i]! - b!.data[i]!);
  return sum / a!.data.length;
}

/** Code cells without the one that holds the parameters of a run. */
async function codeCells(path: string): Promise<NotebookCell[]> {
  const { cells } = await readNotebook(path);
  const isInjected = ({ metadata }: NotebookCell) =>
    (metadata.tags as string[] | undefined)?.includes("injected-parameters");
  return cells.filter((cell) => cell.cell_type === "code" && !isInjected(cell));
}

const both = async (name: string) =>
  Promise.all([codeCells(join(NOTEBOOKS, name)), codeCells(join(EXECUTED, name))] as const);

beforeAll(async () => {
  const copies = join(folder, "notebooks"); // they write to ../figures
  cpSync(NOTEBOOKS, copies, { recursive: true });
  const paths = names.map((name) => join(copies, name));
  const setr = programIn(folder);
  const outcome = await setr("run", ...paths, ...FEW_STEPS, "--static", "--jobs", "2", "--out", EXECUTED);
  expect(outcome, outcome.stderr).toMatchObject({ status: 0 });
}, 900_000);

describe.each(names)("the stored outputs of %s", (name) => {
  test("are those of one run from top to bottom, without interactive views", async () => {
    const stored = await codeCells(join(NOTEBOOKS, name));
    expect(stored.map((cell) => cell.execution_count)).toEqual(stored.map((_, i) => i + 1));
    const types = stored.flatMap(({ outputs = [] }) =>
      (outputs as CellOutput[]).flatMap((output) => ("data" in output ? Object.keys(output.data) : [])),
    );
    expect(types).not.toContain("text/html");
  });

  test.skipIf(name === TRAINS)("are what its cells give now", async () => {
    const [stored, fresh] = await both(name);
    expect(stored.map(shown)).toEqual(fresh.map(shown));
    const drawn = fresh.flatMap(pictures);
    for (const [i, picture] of stored.flatMap(pictures).entries()) {
      expect(await meanDifference(picture, drawn[i]!), `picture ${i + 1}`).toBeLessThan(TOLERANCE);
    }
  });
});

test("the stored outputs of the notebook that trains are of the kinds that its cells give with fewer steps", async () => {
  const [stored, fresh] = await both(TRAINS);
  const kindsOf = ({ outputs = [] }: NotebookCell) =>
    (outputs as CellOutput[]).map((output) => ("data" in output ? kinds(output) : output.output_type));
  expect(stored.map(kindsOf)).toEqual(fresh.map(kindsOf));
});
