import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readNotebook } from "../../lib/notebook/document";
import { programIn } from "../program";
import { codeCell, makeFolder, notebook } from "./notebooks";

let folder: string;
let setr: ReturnType<typeof programIn>;

beforeAll(async () => {
  folder = await makeFolder();
  setr = programIn(folder);
  const write = (name: string, ...sources: string[]) =>
    writeFile(
      join(folder, name),
      JSON.stringify(notebook(...sources.map((source, i) => codeCell(source, ...(i === 0 ? ["parameters"] : []))))),
    );
  await write("one.ipynb", "const width = 3;", "console.log(width);");
  await write("two.ipynb", "const height = 5;", "console.log(height);");
  await write("bad.ipynb", "const depth = 7;", "throw new RangeError('too deep');");
});
afterAll(() => rm(folder, { recursive: true }));

const textOf = async (path: string) =>
  (await readNotebook(path)).cells.flatMap(({ outputs = [] }) =>
    (outputs as { text: string[] }[]).map(({ text }) => text.join("")),
  );

describe("setr run with several notebooks", () => {
  test("runs all, gives each its parameters, and reports those that fail", async () => {
    const values = ["-p", "width=11", "-p", "height=13"];
    const outcome = await setr("run", "one.ipynb", "bad.ipynb", "two.ipynb", ...values, "--jobs", "2", "--out", "out");
    expect(outcome.status).toBe(1);
    expect(outcome.stdout.trim().split("\n").sort()).toEqual([join("out", "one.ipynb"), join("out", "two.ipynb")]);
    expect(outcome.stderr).toMatch(/^one\.ipynb \[3\/3\] cell 3 … [\d.]+ s$/m);
    expect(outcome.stderr).toContain("\nbad.ipynb:\n\n    throw new RangeError('too deep');\n\nRangeError: too deep\n");
    expect(outcome.stderr).toContain("Cell [2], line 1, column 7");
    expect(outcome.stderr).toMatch(/\nsetr: 1 of 3 notebooks failed: bad\.ipynb: cell 2 of 2: RangeError: too deep\n$/);
    expect((await readdir(join(folder, "out"))).sort()).toEqual(["one.ipynb", "two.ipynb"]);
    expect(await textOf(join(folder, "out", "one.ipynb"))).toEqual(["11\n"]);
    expect(await textOf(join(folder, "out", "two.ipynb"))).toEqual(["13\n"]);
  });

  test("writes a single one into a folder that is there", async () => {
    await mkdir(join(folder, "there"));
    const outcome = await setr("run", "one.ipynb", "--out", "there");
    expect(outcome).toMatchObject({ status: 0, stdout: `${join("there", "one.ipynb")}\n` });
    expect(await textOf(join(folder, "there", "one.ipynb"))).toEqual(["3\n"]);
  });

  const refused: [string, string[], RegExp][] = [
    [
      "a parameter of none of them",
      ["two.ipynb", "-p", "colour=red"],
      /expected a parameter of a notebook, found "colour"\n$/,
    ],
    [
      "a file as folder",
      ["two.ipynb", "--out", "bad.ipynb"],
      /^setr: --out: expected a folder, found the file bad\.ipynb\n$/,
    ],
    [
      "two of one name",
      ["../X/one.ipynb", "--out", "out"],
      /expected notebooks of different names, found .*one\.ipynb twice\n$/,
    ],
  ];
  test.each(refused)("refuses %s before it starts a kernel", async (_, args, stderr) => {
    const named = args.map((arg) => arg.replace("X", basename(folder)));
    expect(await setr("run", "one.ipynb", ...named)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(stderr),
    });
  });
});
