import { spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures";

// ONNX Runtime keeps events to be sent, and an identity of the device, below the home folder.
const LOAD = `require(${JSON.stringify(join(process.cwd(), "lib", "dist", "engine", "onnxruntime.js"))})`;

/** What is left in a home folder in which one graph was prepared by the script. */
async function leftBy(load: string): Promise<string[]> {
  const home = await temporaryFolder();
  const graph = "Buffer.from([8, 9])"; // no graph, which is refused after the library has started
  const script = `${load}.then((ort) => ort.InferenceSession.create(${graph})).catch(() => {})`;
  // Nothing else of the environment: it collects nothing where it thinks that a program builds or tests.
  const { status } = spawnSync(process.execPath, ["-e", script], { env: { HOME: home, TMPDIR: home } });
  expect(status).toBe(0);
  return (await readdir(home, { recursive: true })).filter((name) => name !== ".ses"); // a number made up anew; written in any case
}

test.runIf(process.platform === "linux")("ONNX Runtime collects nothing about its user", async () => {
  expect(await leftBy(`${LOAD}.loadOrt()`)).toEqual([]);
  expect(await leftBy('import("onnxruntime-node")')).not.toEqual([]); // as it is without care
});
