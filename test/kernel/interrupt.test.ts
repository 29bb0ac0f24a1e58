import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeFolder } from "../notebook/notebooks";
import { type Client, startClient } from "./client";

let folder: string;
let kernel: Client;
const weights = JSON.stringify(join(__dirname, "..", "..", "weights", "setr-pup-scenes.safetensors"));

beforeAll(async () => {
  folder = await makeFolder();
  kernel = await startClient(folder);
  await kernel.run("const kept = 41;");
});
afterAll(async () => {
  await kernel.close();
  await rm(folder, { recursive: true });
});

const INTERRUPTED = { status: "error", errors: [{ ename: "Interrupted", evalue: "the cell was interrupted" }] };

describe("interrupting a cell", () => {
  const endless: [string, string][] = [
    ["computes without a pause", "console.log('go'); while (true);"],
    ["computes without a pause after it has waited", "console.log('go'); await 0; while (true);"],
    ["computes in a timer", "console.log('go'); setTimeout(() => { while (true); }, 0); await new Promise(() => {});"],
    [
      "computes in a timer only after it was asked to end",
      "console.log('go'); setTimeout(() => { while (true); }, 500); await new Promise(() => {});",
    ],
    ["waits for what never comes", "console.log('go'); await new Promise(() => {});"],
    ["writes without end", "for (let i = 0; ; i++) console.log(i);"],
  ];
  test.each(endless)("that %s ends it, and the next one has the variables of earlier ones", async (_, code) => {
    expect(await kernel.interrupt(code)).toMatchObject(INTERRUPTED);
    expect(await kernel.run("console.log(kept)")).toMatchObject({ status: "ok", stdout: "41\n" });
  });

  test("keeps the cells that wait behind it from running", async () => {
    const running = kernel.interrupt("console.log('go'); await new Promise(() => {});");
    const waiting = kernel.run("console.log('not reached')");
    expect(await running).toMatchObject(INTERRUPTED);
    expect(await waiting).toMatchObject({ status: "aborted", stdout: "" });
  });

  test("stops a pass of the model, and what the cell would have done after it is not done", async () => {
    const open = `import * as setr from "setr";
const model = await setr.openSetr(${weights}, { engine: "tfjs-wasm" });
const photo = await setr.openPhoto("scene:7", model);
let passes = 0;`;
    expect(await kernel.run(open)).toMatchObject({ status: "ok" });
    const loop = `console.log("go");
for (;;) {
  await model.run(photo, { capture: ["Z1"] });
  passes++;
}`;
    expect(await kernel.interrupt(loop)).toMatchObject(INTERRUPTED);
    const { stdout } = await kernel.run(
      "const before = passes; await new Promise((resolve) => setTimeout(resolve, 1500)); console.log(passes - before)",
    );
    expect(stdout).toBe("0\n");
    const again = await kernel.run(
      "const again = await model.run(photo, { capture: ['Z1'] }); console.log(again.values.size)",
    );
    expect(again).toMatchObject({ status: "ok", stdout: "1\n" });
  });

  test("lets the cell tidy up, and shows what it threw instead", async () => {
    const code = `console.log("go");
const controller = new AbortController();
try {
  while (true) await model.run(photo, { capture: ["Z1"], signal: controller.signal });
} catch (error) {
  throw new Error("tidied up", { cause: error });
}`;
    const { errors } = await kernel.interrupt(code);
    expect(errors[0]!.traceback.join("\n")).toMatch(
      /^Interrupted: the cell was interrupted\n\ncaused by\n\nError: tidied up\n[\s\S]*caused by\n\nInterrupted: the cell was interrupted$/,
    );
  });

  test("by SIGINT, as a terminal does, is the same", async () => {
    // The second says that it waits when its script is over: Node loses a signal that comes as a script ends.
    for (const code of [
      "console.log('go'); while (true);",
      "setTimeout(() => console.log('go'), 0); await new Promise(() => {});",
    ]) {
      expect(await kernel.interrupt(code, "SIGINT")).toMatchObject(INTERRUPTED);
    }
    expect(await kernel.run("console.log(kept)")).toMatchObject({ stdout: "41\n" });
  });
});
