import { spawnSync } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readNotebook } from "../lib/notebook/document";
import type { CellOutput } from "../lib/notebook/outputs";
import { notebookParameters } from "../lib/notebook/parameters";
import { poppler, skipsPoppler } from "./figure/poppler";
import { fixture, temporaryFolder } from "./fixtures";
import { jupyterEnvironment, sayWhenSkipped, skipJupyter } from "./jupyter";
import { programIn } from "./program";

const PROJECT = join(__dirname, "..");
const NOTEBOOKS = join(PROJECT, "notebooks");
const PROGRAM = join(PROJECT, "lib", "bin", "setr.js");
const names = readdirSync(NOTEBOOKS).filter((name) => name.endsWith(".ipynb"));
const folder = await temporaryFolder();
const weights = join(folder, "weights.safetensors");
const program = programIn(folder);

function run(command: string, args: string[], env = process.env) {
  return spawnSync(command, args, { cwd: folder, env, encoding: "utf8", timeout: 300_000 });
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
  /** Minutes long, so the test's own process goes on meanwhile. */
  const figures = (...args: string[]) => program("figures", "--weights", weights, ...args);

  test("runs the real notebooks in the real kernel and exports the supplement's figures as PNG, SVG and PDF", async () => {
    const out = join(folder, "figures");
    const outcome = await figures("--photo", "alps", "home", "--out", out);
    expect(outcome.stderr).toMatch(/\[(\d+)\/\1\] Save/);
    expect(outcome.status).toBe(0);
    const numbers = [
      "1-position-embeddings",
      "2-attention-maps",
      "3-features",
      "3-features-second",
      "4-attention-gallery",
    ];
    const names = numbers.flatMap((name) => ["png", "svg", "pdf"].map((format) => `figure-${name}.${format}`));
    expect(outcome.stdout.trim().split("\n")).toEqual(names.map((name) => join(out, name)));
  }, 300_000);

  test("draws all figures in every format, the four of them alive that can be, by the recipe that the notebooks name", async () => {
    const out = join(folder, "all");
    const outcome = await figures(
      "--all",
      "--photo",
      "alps",
      "--format",
      "svg,pdf,html",
      "--preset",
      "single-column",
      "--out",
      out,
    );
    expect(outcome.status).toBe(0);
    const files = outcome.stdout.trim().split("\n");
    const bases = readdirSync(out).filter((name) => name.endsWith(".pdf"));
    expect(bases).toHaveLength(14); // Figure 12 has three parts
    expect(files).toHaveLength(3 * 14);
    for (const file of files.filter((path) => path.endsWith(".svg"))) {
      const svg = await readFile(file, "utf8");
      expect(svg).toContain('width="84mm"');
      expect(svg).toContain("untrained weights");
      expect(svg).toContain("weights.safetensors");
      if (/figure-[1-4]-/.test(file)) expect(svg).toContain("recipe: ours (");
    }
    const pages = files.filter((path) => path.endsWith(".html"));
    const alive = await Promise.all(pages.map(async (path) => (await readFile(path, "utf8")).includes("setr-data")));
    const names = pages.filter((_, i) => alive[i]).map((path) => basename(path, ".html"));
    expect(names).toEqual([
      "figure-1-position-embeddings",
      "figure-2-attention-maps",
      "figure-3-features",
      "figure-7-attention-atlas",
    ]);
    if (skipsPoppler) return;
    for (const path of files.filter((file) => file.endsWith(".pdf"))) {
      poppler("pdftoppm", "-r", "36", "-png", "-singlefile", path, path);
      expect(poppler("pdftotext", "-raw", path, "-").replace(/\s+/g, " ")).toContain("software: setr");
    }
  }, 600_000);

  test("refuses a segmentation by an encoder alone, all figures and some of them at once, and figures that there are not", async () => {
    const encoder = fixture("vit-encoder-timm-legacy.pth");
    const outcome = await program("figures", "--weights", encoder, "--heads", "4", "--only", "5");
    expect(outcome).toMatchObject({
      status: 1,
      stderr:
        "setr: Figures 5 to 6: notebooks/06-segment-and-explain.ipynb: expected weights with a decoder, found an encoder alone\n",
    });
    expect(await figures("--all", "--only", "1")).toMatchObject({ status: 2 });
    expect(await figures("--only", "13")).toMatchObject({ status: 2, stderr: expect.stringContaining('found "13"') });
  });

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
    const parameters = [`weights=${weights}`, "every=1", "recipe=authors-script", `out=${join(folder, "one")}`];
    const args = [...parameters.flatMap((parameter) => ["-p", parameter]), "--out", out];
    expect(run(process.execPath, [PROGRAM, "run", notebook, ...args])).toMatchObject({ status: 0 });
    const { cells } = await readNotebook(out);
    const [own, injected] = ["parameters", "injected-parameters"].map((tag) =>
      cells.find((cell) => (cell.metadata as { tags?: string[] }).tags?.includes(tag)),
    );
    expect(own!.source).not.toContain("const every = 1;");
    expect(injected!.source).toContain("const every = 1;");
    const svg = await readFile(join(folder, "one", "figure-1-position-embeddings.svg"), "utf8");
    expect(svg).toContain("recipe: authors-script (checkpoint's embeddings enlarged");
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
    expect(outcome.stderr).toMatch(/\nsetr: cell 4 of \d+: CheckpointError: .*found no such file\n$/);
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

sayWhenSkipped("notebooks under Jupyter");
describe.skipIf(skipJupyter)("under Jupyter", () => {
  let copies = "";
  let env: NodeJS.ProcessEnv = {};
  beforeAll(async () => {
    copies = await mkdtemp(join(PROJECT, "test", "jupyter-"));
    env = await jupyterEnvironment(copies);
    for (const name of names) cpSync(join(NOTEBOOKS, name), join(copies, name));
  });
  afterAll(() => rm(copies, { recursive: true, force: true }));

  test.each(names)(
    "%s runs with the project's kernel without an error",
    async (name) => {
      const source = (await readFile(join(copies, name), "utf8"))
        .replace('const weights = \\"default\\"', `const weights = ${JSON.stringify(weights).replaceAll('"', '\\"')}`)
        .replace("const steps = 300;", "const steps = 20;")
        .replace("scenes:0..199", "scenes:0..9")
        .replace('const out = \\"../figures\\"', 'const out = \\"figures\\"');
      await writeFile(join(copies, name), source);
      const kernel = "--ExecutePreprocessor.kernel_name=setr";
      const args = ["nbconvert", "--to", "notebook", "--execute", "--inplace", kernel, join(copies, name)];
      const outcome = run("jupyter", args, env);
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
