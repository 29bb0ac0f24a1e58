import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { thisMachine } from "../../lib/doctor/surroundings";
import { readNotebook } from "../../lib/notebook/document";
import type { CellOutput } from "../../lib/notebook/outputs";
import { runNotebook } from "../../lib/notebook/run";
import { hasJupyter, jupyterEnvironment, sayWhenSkipped, skipJupyter } from "../jupyter";
import { codeCell, writeCells } from "./notebooks";

sayWhenSkipped("cells in a real Jupyter");
let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = realpathSync(await mkdtemp(join(tmpdir(), "setr-jupyter-"))); // outside the project
  env = await jupyterEnvironment(folder);
});
afterAll(() => rm(folder, { recursive: true }));

function nbconvert(path: string, ...more: string[]) {
  const kernel = "--ExecutePreprocessor.kernel_name=setr";
  const args = ["nbconvert", "--to", "notebook", "--execute", "--inplace", kernel, ...more, path];
  return spawnSync("jupyter", args, { cwd: folder, env, encoding: "utf8", timeout: 300_000 });
}

/** Outputs as a reader sees them: a stream may come in any number of pieces. */
function joined(outputs: readonly CellOutput[]): CellOutput[] {
  const all: CellOutput[] = [];
  for (const output of outputs.map(plain)) {
    const last = all.at(-1);
    const goesOn = last?.output_type === "stream" && output.output_type === "stream" && last.name === output.name;
    if (goesOn) last.text += output.text;
    else all.push(output);
  }
  return all;
}

function plain(output: CellOutput): CellOutput {
  if (output.output_type === "stream") return { ...output, text: textOf(output.text) };
  if (!("data" in output)) return output;
  const data = Object.entries(output.data).map(([type, value]) => [
    type,
    Array.isArray(value) ? value.join("") : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

function textOf(text: string | readonly string[]): string {
  return typeof text === "string" ? text : text.join("");
}

describe.skipIf(skipJupyter)("a notebook in Jupyter", () => {
  test("needs Jupyter", () => expect(hasJupyter).toBe(true));

  const cells = [
    codeCell('import * as setr from "setr";\nimport { display, newDisplay } from "tslab";'),
    codeCell('console.log("out", 7);\nconsole.error("careful");\n[2, 3, 5]'),
    codeCell('for (let i = 0; i < 2000; i++) console.log("line", i);'),
    codeCell(
      'display.html("<b>bold</b>");\nconst place = newDisplay();\nplace.text("first");\nplace.text("last\\nline");',
    ),
    codeCell('place.text("changed later");'),
    codeCell('await setr.show(setr.barsFigure([{ name: "oak", value: 3 }]));'),
  ];

  test("gives the same outputs through this library's runner and through nbconvert", async () => {
    const ours = await runNotebook(await writeCells(folder, ...cells));
    const path = await writeCells(folder, ...cells);
    const { status, stderr } = nbconvert(path);
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    const theirs = await readNotebook(path);
    for (const [index, cell] of ours.document.cells.entries()) {
      const other = theirs.cells[index]!;
      expect(joined(other.outputs as CellOutput[])).toEqual(joined(cell.outputs as CellOutput[]));
      expect(other.execution_count).toBe(cell.execution_count);
    }
    const pictures = (theirs.cells.at(-1)!.outputs as CellOutput[]).filter((output) => "data" in output);
    expect(pictures[0]).toHaveProperty(["data", "image/png"]);
  });

  test("stops at a failing cell with its traceback, which is an output of the cell and not on standard error", async () => {
    const failing = "const far: number = 5;\n\nthrow new RangeError('too far by ' + far);";
    const stopped = nbconvert(await writeCells(folder, codeCell(failing)));
    expect(stopped.status).toBe(1);
    expect(stopped.stderr).toContain("Cell [1], line 3, column 7");
    expect(stopped.stderr).toContain("RangeError: too far by 5");
    const path = await writeCells(folder, codeCell(failing), codeCell("'reached'"));
    expect(nbconvert(path, "--allow-errors").status).toBe(0);
    const [first, second] = (await readNotebook(path)).cells;
    expect(first!.outputs).toMatchObject([{ output_type: "error", ename: "RangeError", evalue: "too far by 5" }]);
    expect(second!.outputs).toMatchObject([{ output_type: "stream" }]);
  });

  test("can be interrupted by Jupyter's client, and goes on", async () => {
    const script = `
import threading
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="setr", cwd=${JSON.stringify(folder)})
def run(code, interrupt=False):
    texts = []
    def seen(message):
        if message["msg_type"] == "stream":
            texts.append(message["content"]["text"])
            if interrupt: manager.interrupt_kernel()
    reply = client.execute_interactive(code, output_hook=seen, timeout=60)["content"]
    print(" ".join([reply["status"], str(reply.get("ename")), *texts]).strip())
run("const kept = 41;")
run("console.log('go'); await new Promise(() => {});", True)
run("console.log('go'); while (true);", True)
run("console.log(kept)")
client.stop_channels()
manager.shutdown_kernel()
`;
    await writeFile(join(folder, "interrupt.py"), script);
    const { status, stdout, stderr } = spawnSync(pythonOfJupyter(), ["interrupt.py"], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    expect(stdout.trim().split("\n"), stderr).toEqual([
      "ok None",
      "error Interrupted go",
      "error Interrupted go",
      "ok None 41",
    ]);
    expect(status).toBe(0);
  });
});

/** The Python beside the `jupyter` on the PATH. */
function pythonOfJupyter(): string {
  return join(dirname(thisMachine().findCommand("jupyter")!), "python");
}
