import { execFileSync } from "node:child_process";
import { appendFile, cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures";

const LIBRARY = join(__dirname, "..", "..", "lib");
const folder = await temporaryFolder();

/** The key of an empty run, as a copy of the program makes it. */
function keyOf(program: string): string {
  const script = `
    const { runKey } = require(${JSON.stringify(join(program, "dist", "runCache", "runKey.js"))});
    const input = { shape: [1], data: Float32Array.of(7) };
    console.log(runKey({ name: "e", title: "engine" }, { weights: { sha256: "" }, config: {}, values: new Map(), input }));`;
  return execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }).trim();
}

async function copyOfProgram(name: string): Promise<string> {
  const program = join(folder, name);
  await mkdir(join(program, "dist"), { recursive: true });
  await cp(join(LIBRARY, "package.json"), join(program, "package.json"));
  for (const part of ["runCache", "checkpoint", "engine", "model", "ops", "version.js"]) {
    await cp(join(LIBRARY, "dist", part), join(program, "dist", part), { recursive: true });
  }
  return program;
}

test("runs of the same program share keys, and runs of a program with another model do not", async () => {
  const program = await copyOfProgram("program");
  const key = keyOf(program);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(keyOf(await copyOfProgram("same"))).toBe(key);
  await appendFile(join(program, "dist", "model", "encoder.js"), "\n// another model\n");
  expect(keyOf(program)).not.toBe(key);
});
