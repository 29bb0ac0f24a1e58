import { join } from "node:path";
import { expect, test } from "vitest";
import { runNotebook } from "../../lib/notebook/run";
import { temporaryFolder } from "../fixtures";
import { codeCell, writeCells } from "./notebooks";

const folder = await temporaryFolder();
const weights = JSON.stringify(join(__dirname, "..", "..", "weights", "setr-pup-scenes.safetensors"));

test("a notebook whose kernel is killed while the model runs says so, and runs the next time", async () => {
  const open = `import * as setr from "setr";
const model = await setr.openSetr(${weights});
const photo = await setr.openPhoto("scene:7", model);`;
  const kill = 'require("child_process").spawn("sh", ["-c", "sleep 0.5; kill -9 " + process.pid]);';
  const loop = `${kill}\nfor (;;) await model.run(photo, { capture: ["Z*", "A*.mean"], cache: false });`;
  const path = await writeCells(folder, codeCell(open), codeCell(loop));
  await expect(runNotebook(path)).rejects.toMatchObject({
    code: "kernel-died",
    message: "cell 2 of 2: the kernel ended with signal SIGKILL",
  });
  const once = codeCell('console.log((await model.run(photo, { capture: ["Z1"] })).values.size)');
  const { document } = await runNotebook(await writeCells(folder, codeCell(open), once));
  expect(document.cells[1]!.outputs).toMatchObject([{ text: "1\n" }]);
});
