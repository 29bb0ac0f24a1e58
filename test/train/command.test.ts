import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { randomStream } from "../../lib/random";
import type { TrainingState } from "../../lib/train/state";
import { openTraining } from "../../lib/train/training";
import { temporaryFolder } from "../fixtures";
import { PROGRAM, programIn } from "../program";
import { TINY_TRAINING, tinyTraining } from "./tiny";

const folder = await temporaryFolder();
const at = (name: string) => join(folder, name);
const setr = programIn(folder);

const LONG = { ...TINY_TRAINING, steps: 24, evaluateEvery: 100, saveEvery: 1 };
await writeFile(at("long.json"), JSON.stringify(LONG));

const words = (config: string, out: string) => {
  return ["train", "--config", config, "--out", out, "--engine", "tfjs-wasm", "--dtype", "f32"];
};
const train = (config: string, out: string, ...more: string[]) => setr(...words(config, out), ...more);

/** Starts the command and ends it with a signal, some time after its state has first been seen. */
async function interrupt(out: string, signal: NodeJS.Signals, wait: number, config = "long.json") {
  const child = spawn(process.execPath, [PROGRAM, ...words(config, out)], { cwd: folder });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const state = at(out.replace(".safetensors", ".state.safetensors"));
  while (!(existsSync(state) && stderr.includes("data: ")) && child.exitCode === null) await delay(5);
  await delay(wait);
  child.kill(signal);
  const [status, by] = await ended;
  return { status, by, stderr };
}

/** All tensors of a weight file. */
async function tensorsOf(name: string) {
  const file = await openSafetensors(at(name));
  const read = [...file.tensors.keys()].map(async (key) => [key, (await readTensor(file, key)).data] as const);
  return new Map(await Promise.all(read));
}

const progressOf = async (state: string): Promise<Pick<TrainingState, "step" | "history">> => {
  return JSON.parse((await openSafetensors(at(state))).metadata["setr.training.progress"]!);
};
const stepOf = async (state: string): Promise<number> => (await progressOf(state)).step;

test("killed at any moment and called again, the command ends with the weights of an unbroken run", async () => {
  const whole = await train("long.json", "whole.safetensors");
  expect(whole).toMatchObject({ status: 0, stderr: expect.stringContaining("step 24 of 24: loss ") });
  expect(await readFile(at("whole.curves.svg"), "utf8")).toContain("24 of 24 steps of 2 pictures");
  expect(existsSync(at("whole.curves.png"))).toBe(true);
  const random = randomStream(9);
  for (let i = 0; i < 3; i++) {
    const { by } = await interrupt("killed.safetensors", "SIGKILL", 150 * random.uniform());
    expect(by).toBe("SIGKILL");
  }
  const step = await stepOf("killed.state.safetensors");
  const last = await train("long.json", "killed.safetensors");
  expect(last).toMatchObject({ status: 0, stderr: expect.stringContaining(`going on after step ${step}\n`) });
  expect(await tensorsOf("killed.safetensors")).toEqual(await tensorsOf("whole.safetensors"));
  expect(last.stdout.replaceAll("killed", "whole")).toBe(whole.stdout);
});

test("interrupted, the command saves, says how to go on, and goes on", async () => {
  const { status, stderr } = await interrupt("stopped.safetensors", "SIGINT", 0);
  const step = await stepOf("stopped.state.safetensors");
  expect(status).toBe(130);
  expect(stderr).toContain(
    `stopped.state.safetensors: stopped after step ${step} of 24; the same command goes on from there\n`,
  );
  expect(existsSync(at("stopped.safetensors"))).toBe(false);
  const again = await interrupt("stopped.safetensors", "SIGTERM", 0);
  expect(again).toMatchObject({ status: 143, stderr: expect.stringContaining(`going on after step ${step}\n`) });
  expect(await stepOf("stopped.state.safetensors")).toBeGreaterThan(step);
});

test("interrupted while it evaluates, the command stops soon and evaluates when it goes on", async () => {
  const config = { ...TINY_TRAINING, steps: 3, evaluateEvery: 2, saveEvery: 1, heldOut: 100 };
  await writeFile(at("careful.json"), JSON.stringify(config));
  const { status } = await interrupt("careful.safetensors", "SIGINT", 300, "careful.json");
  expect(status).toBe(130);
  const before = await progressOf("careful.state.safetensors");
  expect(before.step).toBeLessThan(3);
  expect(before.history.evaluations).toEqual([]);
  expect(await train("careful.json", "careful.safetensors", "--final-held-out", "1")).toMatchObject({ status: 0 });
  const { history } = await progressOf("careful.state.safetensors");
  expect(history.evaluations).toEqual([expect.objectContaining({ step: 2, pictures: 100 })]);
});

test("a run that diverges ends with status 1 and leaves the last good state", async () => {
  const optimiser = { ...TINY_TRAINING.optimiser, learningRate: 1, beta2: 0, clipNorm: 1e30 };
  const config = { ...TINY_TRAINING, steps: 40, optimiser, saveEvery: 1 };
  await writeFile(at("steep.json"), JSON.stringify(config));
  const { status, stderr } = await train("steep.json", "steep.safetensors");
  expect(status).toBe(1);
  const message =
    /^setr: step (\d+): expected finite numbers, found .*; steep\.state\.safetensors holds the last saved state$/m;
  expect(stderr).toMatch(message);
  expect(existsSync(at("steep.safetensors"))).toBe(false);
  const state = at("steep.state.safetensors");
  const training = await openTraining(tinyTraining(config), { backend: "wasm", state });
  expect(training.step).toBe(Number(message.exec(stderr)![1]) - 1);
  await expect(training.next()).rejects.toMatchObject({ code: "not-finite" });
  await training.close();
});

test("the state of another training is refused and kept; --restart forgets it", async () => {
  await writeFile(at("short.json"), JSON.stringify({ ...TINY_TRAINING, steps: 2 }));
  expect(await train("short.json", "short.safetensors")).toMatchObject({ status: 0 });
  const before = await readFile(at("short.state.safetensors"));
  await writeFile(at("other.json"), JSON.stringify({ ...TINY_TRAINING, steps: 2, batchSize: 1 }));
  const refused = await train("other.json", "short.safetensors");
  const message =
    /^setr: short\.state\.safetensors: expected a training with batchSize 1, found one with 2 \(restart, /m;
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(message) });
  expect(await readFile(at("short.state.safetensors"))).toEqual(before);
  const again = await train("other.json", "short.safetensors", "--restart", "--final-held-out", "5");
  expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining("held-out pictures: 5\n") });
  expect(await readFile(at("short.state.safetensors"))).not.toEqual(before);
});

test.each([
  [
    "a name of another kind",
    "weights.pth",
    [],
    "setr: --out: expected a name that ends in .safetensors, found weights.pth",
  ],
  ["a folder", "folder.safetensors", [], "setr: --out: expected a file to write, found the folder folder.safetensors"],
  [
    "a file as folder",
    "long.json/w.safetensors",
    [],
    "setr: --out: expected a folder that can be written to, found long.json",
  ],
  [
    "too many pictures held out",
    "w.safetensors",
    ["--final-held-out", "101"],
    "setr: data.heldOutSeed: expected seeds apart",
  ],
])("%s is refused before anything is computed", async (_, out, more, message) => {
  await mkdir(at("folder.safetensors"), { recursive: true });
  const { status, stderr } = await train("long.json", out, ...more);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("engine: ");
});
