import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type NotebookCellError, type NotebookRun, runNotebook } from "../../lib/notebook/run";
import { codeCell, makeFolder, markdownCell, writeCells } from "./notebooks";

const weights = JSON.stringify(join(__dirname, "..", "..", "weights", "setr-pup-scenes.safetensors"));
const usualTemporary = process.env.TMPDIR;
let folder: string;
let temporary: string;

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "setr-test-"));
  process.env.TMPDIR = temporary;
  folder = await makeFolder();
});

afterEach(async () => {
  expect(await readdir(temporary)).toEqual([]);
});

afterAll(async () => {
  if (usualTemporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usualTemporary;
  await Promise.all([folder, temporary].map((path) => rm(path, { recursive: true })));
});

async function failure(run: Promise<NotebookRun>): Promise<NotebookCellError> {
  return await run.then(
    () => expect.fail("expected a failure"),
    (error) => error,
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

const logPid = codeCell("console.log(process.pid)");
const pidOf = ({ document }: { document: NotebookRun["document"] }): number =>
  Number((document.cells[0].outputs as { text: string }[])[0].text);

describe("a notebook that succeeds", () => {
  test("is written with its outputs in order, and its source stays untouched", async () => {
    const path = await writeCells(
      folder,
      markdownCell("# Numbers"),
      codeCell("const count = 2; // how many", "parameters"),
      codeCell('const name: string = "n";\nconsole.log(name, count); console.error("careful");\ncount + 1'),
      codeCell(""),
      codeCell('import { newDisplay } from "tslab";\nconst shown = newDisplay(); shown.text("first");'),
      codeCell('await new Promise((resolve) => setTimeout(resolve, 20)); shown.text("last\\nline");'),
    );
    const before = await readFile(path, "utf8");
    const out = join(folder, "new", "executed.ipynb");
    const events: string[] = [];
    const run = await runNotebook(path, {
      parameters: { count: "5" },
      out,
      onProgress: (event) => events.push("cell" in event ? `${event.kind} ${event.cell} ${event.title}` : event.kind),
    });
    expect(await readFile(path, "utf8")).toBe(before);
    const { cells } = JSON.parse(await readFile(out, "utf8"));
    expect(cells.map((cell: { execution_count?: number }) => cell.execution_count)).toEqual([
      undefined,
      1,
      2,
      3,
      null,
      4,
      5,
    ]);
    expect(cells[1].source).toEqual(["const count = 2; // how many"]);
    expect(cells[2].source).toEqual(["// Parameters of this run\n", "const count = 5; // how many"]);
    expect(cells[3].outputs.map(({ name, text }: never) => [name, text])).toEqual([
      ["stdout", ["n 5\n"]],
      ["stderr", ["careful\n"]],
      ["stdout", ["6\n"]],
    ]);
    expect(cells[5].outputs).toEqual([
      { output_type: "display_data", data: { "text/plain": ["last\n", "line"] }, metadata: {} },
    ]);
    expect(cells[6].outputs).toEqual([]);
    expect(run.cells).toHaveLength(5);
    expect(events.slice(0, 3)).toEqual(["kernel-start", "cell-start 1 Numbers", "cell-end 1 Numbers"]);
    expect(events.at(-1)).toBe("end");
  });

  test("loses no output, however much comes at once, and replaces its own file when that is where it goes", async () => {
    const path = await writeCells(folder, codeCell("for (let i = 0; i < 5000; i++) console.log(i)"), logPid);
    await runNotebook(path, { out: path });
    const [{ outputs }] = JSON.parse(await readFile(path, "utf8")).cells;
    expect(outputs).toHaveLength(1);
    expect(outputs[0].text).toEqual(Array.from({ length: 5000 }, (_, i) => `${i}\n`));
  });

  test("sees its own folder and the given environment, and leaves no process", async () => {
    const path = await writeCells(folder, logPid, codeCell("console.log(process.cwd(), process.env.SETR_TEST)"));
    const run = await runNotebook(path, { env: { SETR_TEST: "yes" } });
    expect(run.document.cells[1].outputs).toMatchObject([{ text: `${folder} yes\n` }]);
    expect(isAlive(pidOf(run))).toBe(false);
  });

  test("runs over TCP where the folder for temporary files has too long a path for sockets", async () => {
    process.env.TMPDIR = await mkdtemp(join(temporary, "long".repeat(25)));
    try {
      const run = await runNotebook(await writeCells(folder, codeCell("1 + 1")));
      expect(run.document.cells[0].outputs).toMatchObject([{ text: "2\n" }]);
      expect(await readdir(process.env.TMPDIR)).toEqual([]);
    } finally {
      await rm(process.env.TMPDIR, { recursive: true });
      process.env.TMPDIR = temporary;
    }
  });
});

describe("a notebook that fails", () => {
  const failing: [string, string, Partial<NotebookCellError>][] = [
    [
      "throws",
      "console.error('careful');\nthrow new RangeError('too far\\nby 3')",
      { code: "cell-failed", message: "cell 2 of 3: RangeError: too far", stderr: "careful\n" },
    ],
    [
      "rejects",
      "await Promise.reject(new TypeError('not here'))",
      { code: "cell-failed", message: "cell 2 of 3: TypeError: not here" },
    ],
    [
      "has a type error",
      "const wrong: number = 'x';",
      {
        code: "cell-failed",
        message:
          "cell 2 of 3: TypeScript: line 1, column 7: Type 'string' is not assignable to type 'number'. (TS2322)",
      },
    ],
    [
      "ends its own process",
      "console.error('bye'); process.exit(3)",
      { code: "kernel-died", message: "cell 2 of 3: the kernel ended with exit code 3", stderr: "bye\n" },
    ],
    [
      "is killed",
      "process.kill(process.pid, 'SIGKILL')",
      { code: "kernel-died", message: "cell 2 of 3: the kernel ended with signal SIGKILL" },
    ],
    [
      "aborts its process",
      "require('fs').writeSync(2, 'out of memory\\n'); process.abort()",
      { code: "kernel-died", message: expect.stringMatching(/^cell 2 of 3: the kernel ended with signal SIGABRT: /) },
    ],
    [
      "never ends",
      "while (true);",
      { code: "cell-timeout", message: "cell 2 of 3: expected an end within 15 s, found none" },
    ],
  ];
  test.each(failing)("because a cell %s stops there, says why, and writes nothing", async (_, source, expected) => {
    const path = await writeCells(folder, logPid, codeCell(source), codeCell("console.log('not reached')"));
    const before = await readFile(path, "utf8");
    const out = join(folder, "failed.ipynb");
    const error = await failure(runNotebook(path, { out, timeoutSeconds: 15 }));
    expect(error).toMatchObject({ name: "NotebookCellError", cellSource: source, ...expected });
    expect(isAlive(pidOf(error))).toBe(false);
    expect(error.document.cells[2].outputs).toEqual([]);
    expect(await readFile(path, "utf8")).toBe(before);
    await expect(readFile(out)).rejects.toThrow("ENOENT");
  });

  test("carries the error once, as an output that shows the place in the cell", async () => {
    const error = await failure(
      runNotebook(await writeCells(folder, codeCell("const a = 1;\nthrow new Error('bad')"))),
    );
    const traceback = [
      "Error: bad",
      "",
      "Cell [1], line 2, column 7",
      "  1 | const a = 1;",
      "> 2 | throw new Error('bad')",
      "    |       ^",
    ];
    const output = { output_type: "error", ename: "Error", evalue: "bad", traceback };
    expect(error.document.cells[0].outputs).toEqual([output]);
    expect(error).toMatchObject({ traceback: traceback.join("\n"), stderr: "" });
  });

  test("keeps what a cell wrote before it ended its own process, however much", async () => {
    const write = "for (let i = 0; i < 3000; i++) console.log(i); process.exit(3)";
    const error = await failure(runNotebook(await writeCells(folder, codeCell(write))));
    expect(error).toMatchObject({ code: "kernel-died", message: "cell 1 of 1: the kernel ended with exit code 3" });
    const [{ text }] = error.document.cells[0].outputs as [{ text: string }];
    expect(text).toBe(Array.from({ length: 3000 }, (_, i) => `${i}\n`).join(""));
  });

  test("because its kernel is killed while the model runs, says so, and runs the next time", async () => {
    const open = `import * as setr from "setr";
const model = await setr.openSetr(${weights});
const photo = await setr.openPhoto("scene:7", model);`;
    const kill = 'require("child_process").spawn("sh", ["-c", "sleep 0.5; kill -9 " + process.pid]);';
    const loop = `${kill}\nfor (;;) await model.run(photo, { capture: ["Z*", "A*.mean"], cache: false });`;
    const error = await failure(runNotebook(await writeCells(folder, codeCell(open), codeCell(loop))));
    expect(error).toMatchObject({ code: "kernel-died", message: "cell 2 of 2: the kernel ended with signal SIGKILL" });
    const once = codeCell('console.log((await model.run(photo, { capture: ["Z1"] })).values.size)');
    const { document } = await runNotebook(await writeCells(folder, codeCell(open), once));
    expect(document.cells[1]!.outputs).toMatchObject([{ text: "1\n" }]);
  });

  test("because work fails that a cell did not wait for, is not taken for a success", async () => {
    const later = "setTimeout(() => { throw new RangeError('later') }, 50);";
    const wait = "await new Promise((resolve) => setTimeout(resolve, 2000));";
    const error = await failure(runNotebook(await writeCells(folder, codeCell(later), codeCell(wait))));
    expect(error).toMatchObject({ code: "cell-failed", message: "cell 2 of 2: RangeError: later" });
    expect(error.traceback).toContain("Cell [1], line 1");
  });

  test("stops when it is cancelled, before or during a cell", async () => {
    const path = await writeCells(folder, logPid, codeCell("await new Promise(() => {})"));
    await expect(runNotebook(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
    const cancel = new AbortController();
    const run = runNotebook(path, {
      signal: cancel.signal,
      onProgress: (event) => event.kind === "cell-start" && event.cell === 2 && setTimeout(() => cancel.abort(), 100),
    });
    const error = await failure(run);
    expect(error).toMatchObject({ code: "cancelled", message: "cell 2 of 2: cancelled" });
    expect(isAlive(pidOf(error))).toBe(false);
  });

  test("is refused before a kernel starts when it or its parameters cannot be read", async () => {
    await expect(runNotebook(join(folder, "nowhere.ipynb"))).rejects.toMatchObject({ code: "notebook-missing" });
    const path = await writeCells(folder, codeCell("const a = 1;", "parameters"));
    const run = runNotebook(path, { parameters: { b: "1" } });
    await expect(run).rejects.toMatchObject({ code: "parameter-unknown" });
  });
});

test("a kernel that runs out of memory is reported with Node's own words", async () => {
  const path = await writeCells(
    folder,
    codeCell("const kept: number[][] = [];\nfor (;;) kept.push(new Array(1000).fill(1))"),
  );
  const error = await failure(runNotebook(path, { env: { NODE_OPTIONS: "--max-old-space-size=256" } }));
  expect(error.message).toMatch(/^cell 1 of 1: the kernel ended with .*: FATAL ERROR: .*memory/);
});

describe("a program that runs a notebook", () => {
  const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGKILL"];
  test.each(signals)("leaves no kernel and no folder behind when it gets %s", async (signal) => {
    const pidFile = join(folder, `${signal}.txt`);
    const writePid = `require("fs").writeFileSync(${JSON.stringify(pidFile)}, process.pid + "\\n")`;
    const path = await writeCells(folder, codeCell(writePid), codeCell("await new Promise(() => {})"));
    const library = join(__dirname, "../../lib/dist/notebook/run.js");
    const program = `require(${JSON.stringify(library)}).runNotebook(${JSON.stringify(path)})`;
    const parent = spawn(process.execPath, ["-e", program], { stdio: "ignore" });
    await until(async () => (await readFile(pidFile, "utf8").catch(() => "")).endsWith("\n"));
    const pid = Number(await readFile(pidFile, "utf8"));
    expect(isAlive(pid)).toBe(true);
    parent.kill(signal);
    const [, endedBy] = await once(parent, "exit");
    expect(endedBy).toBe(signal);
    await until(() => !isAlive(pid));
    await until(async () => (await readdir(temporary)).length === 0);
  });
});

test("a notebook in a folder whose name has blanks and accents runs", async () => {
  const odd = await mkdtemp(join(folder, "é a'\"b "));
  await writeFile(join(odd, "data.txt"), "7");
  const path = await writeCells(odd, codeCell('require("fs").readFileSync("data.txt", "utf8")'));
  expect((await runNotebook(path)).document.cells[0].outputs).toMatchObject([{ text: "7\n" }]);
});
