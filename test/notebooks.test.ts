import { spawnSync } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readNotebook } from "../lib/notebook/document";
import type { CellOutput } from "../lib/notebook/outputs";
import { notebookParameters } from "../lib/notebook/parameters";
import { temporaryFolder } from "./fixtures";

const PROJECT = join(__dirname, "..");
const NOTEBOOKS = join(PROJECT, "notebooks");
const PROGRAM = join(PROJECT, "lib", "bin", "setr.js");
const names = readdirSync(NOTEBOOKS).filter((name) => name.endsWith(".ipynb"));
const folder = await temporaryFolder();
const weights = join(folder, "weights.safetensors");

function run(command: string, args: string[]) {
  return spawnSync(command, args, { cwd: folder, encoding: "utf8", timeout: 300_000 });
}

beforeAll(() => {
  const small = ["--variant", "pup-small", "--image-size", "96x128", "--classes", "7"];
  expect(run(process.execPath, [PROGRAM, "init", ...small, "--out", weights]).status).toBe(0);
});

describe.each(names)("%s", (name) => {
  test("has a parameters cell, eight to fifteen short code cells, and text between them", async () => {
    const document = await readNotebook(join(NOTEBOOKS, name));
    const code = document.cells.filter((cell) => cell.cell_type === "code");
    expect(notebookParameters(document).map((parameter) => parameter.name)).toContain("out");
    expect(code.length).toBeGreaterThanOrEqual(8);
    expect(code.length).toBeLessThanOrEqual(15);
    for (const cell of code) {
      const isParameters = (cell.metadata as { tags?: string[] }).tags?.includes("parameters");
      expect(cell.source.split("\n").length).toBeLessThanOrEqual(isParameters ? 16 : 12);
      expect(cell.source).not.toMatch(/^(async )?(function|class)\b/m);
    }
    const neighbours = document.cells.slice(1).map((cell, i) => [document.cells[i]!.cell_type, cell.cell_type].join());
    expect(neighbours).not.toContain("code,code");
  });

  test("is committed with its outputs, pictures included", async () => {
    const { cells } = await readNotebook(join(NOTEBOOKS, name));
    const outputs = cells.flatMap((cell) => (cell.outputs ?? []) as CellOutput[]);
    expect(outputs.filter((output) => "data" in output && "image/png" in output.data).length).toBeGreaterThan(0);
    expect(outputs.some((output) => output.output_type === "error")).toBe(false);
  });
});

describe("setr figures", () => {
  test("runs the real notebooks in the real kernel and exports each figure as PNG and SVG", async () => {
    const out = join(folder, "figures");
    const outcome = run(process.execPath, [
      PROGRAM,
      "figures",
      "--weights",
      weights,
      "--photo",
      "alps",
      "home",
      "--out",
      out,
    ]);
    expect(outcome.stderr).toContain("[9/9] Save");
    expect(outcome.status).toBe(0);
    const files = outcome.stdout.trim().split("\n");
    expect(files).toHaveLength(15); // three formats of five figures: Figure 3 of the second photo too
    for (const file of files.filter((path) => path.endsWith(".svg"))) {
      const svg = await readFile(file, "utf8");
      expect(svg).toContain("untrained weights");
      expect(svg).toContain("weights.safetensors");
    }
  }, 300_000);

  test("refuses weights and photos that cannot be opened before it starts a notebook", () => {
    const bad = run(process.execPath, [PROGRAM, "figures", "--weights", join(folder, "none")]);
    expect(bad).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^setr: .*expected a weight file, found no such file\n$/),
    });
    const photo = run(process.execPath, [
      PROGRAM,
      "figures",
      "--weights",
      weights,
      "--photo",
      join(folder, "none.jpg"),
    ]);
    expect(photo).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^setr: .*expected a picture, found no such file\n$/),
    });
  });
});

describe("setr run", () => {
  const notebook = join(NOTEBOOKS, "01-position-embeddings.ipynb");

  test("replaces parameters and writes the executed notebook", async () => {
    const out = join(folder, "executed.ipynb");
    const args = ["-p", `weights=${weights}`, "-p", "every=1", "-p", `out=${join(folder, "one")}`, "--out", out];
    expect(run(process.execPath, [PROGRAM, "run", notebook, ...args])).toMatchObject({ status: 0 });
    const { cells } = await readNotebook(out);
    expect(cells.some((cell) => cell.source.includes("const every = 1;"))).toBe(true);
    expect(readdirSync(join(folder, "one"))).toContain("figure-1-position-embeddings.png");
  }, 120_000);

  test("refuses a parameter that the notebook does not have", () => {
    const outcome = run(process.execPath, [PROGRAM, "run", notebook, "-p", "colour=red"]);
    expect(outcome).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^setr: parameters: expected one of weights, .*found "colour"\n$/),
    });
  });

  test("stops at a failing cell with its source, what it wrote, and status 1", () => {
    const outcome = run(process.execPath, [PROGRAM, "run", notebook, "-p", `weights=${join(folder, "gone")}`]);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain("    const model = await setr.openSetr");
    expect(outcome.stderr).toMatch(/\nsetr: cell 3 of 10: CheckpointError: .*found no such file\n$/);
  }, 60_000);

  test("trains in the notebook that watches Figure 1 emerge", async () => {
    const out = join(folder, "emerging.ipynb");
    const args = ["-p", "steps=6", "-p", "redrawEvery=3", "-p", "size=32", "-p", `out=${folder}`, "--out", out];
    const outcome = run(process.execPath, [PROGRAM, "run", join(NOTEBOOKS, "05-watch-figure-1-emerge.ipynb"), ...args]);
    expect(outcome).toMatchObject({ status: 0 });
    const { cells } = await readNotebook(out);
    const [loop] = cells.filter((cell) => cell.source.includes("training.next()"));
    const pictures = (loop!.outputs as CellOutput[]).filter((output) => output.output_type === "display_data");
    expect(pictures).toHaveLength(2); // each redrawn in its place
    expect(readdirSync(folder)).toContain("figure-1-emerged.svg");
  }, 120_000);

  test("segments and explains with weights that do not know the scenes' classes", () => {
    const args = ["-p", `weights=${weights}`, "-p", "layers=[1,24]", "-p", `out=${folder}`];
    const outcome = run(process.execPath, [PROGRAM, "run", join(NOTEBOOKS, "06-segment-and-explain.ipynb"), ...args]);
    expect(outcome).toMatchObject({ status: 0 });
    expect(readdirSync(folder)).toContain("figure-6-explanation.png");
  }, 120_000);
});

const jupyter = spawnSync("jupyter", ["nbconvert", "--version"], { encoding: "utf8" });
const hasJupyter = jupyter.status === 0;
if (!hasJupyter && !process.env.CI)
  console.log("skipped: notebooks under Jupyter (no `jupyter nbconvert` on this machine)");

describe.skipIf(!hasJupyter && !process.env.CI)("under Jupyter", () => {
  let copies = "";
  beforeAll(async () => {
    copies = await mkdtemp(join(PROJECT, "test", "jupyter-")); // inside the project, so that the library is found
    for (const name of names) cpSync(join(NOTEBOOKS, name), join(copies, name));
  });
  afterAll(() => rm(copies, { recursive: true, force: true }));

  test.each(names)(
    "%s runs with the tslab kernel without an error",
    async (name) => {
      const source = (await readFile(join(copies, name), "utf8"))
        .replace('const weights = \\"default\\"', `const weights = ${JSON.stringify(weights).replaceAll('"', '\\"')}`)
        .replace("const steps = 300;", "const steps = 20;")
        .replace('const out = \\"../figures\\"', 'const out = \\"figures\\"');
      await writeFile(join(copies, name), source);
      const outcome = run("jupyter", ["nbconvert", "--to", "notebook", "--execute", "--inplace", join(copies, name)]);
      expect(outcome.stderr).not.toMatch(/Error/);
      expect(outcome.status).toBe(0);
      const { cells } = await readNotebook(join(copies, name));
      const outputs = cells.flatMap((cell) => (cell.outputs ?? []) as CellOutput[]);
      expect(outputs.filter((output) => "data" in output && "image/png" in output.data).length).toBeGreaterThan(0);
      expect(source).toMatch(/weights\.safetensors|const steps = 20;/);
    },
    300_000,
  );
});
