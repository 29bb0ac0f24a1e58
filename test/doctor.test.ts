import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { CUDA_CHECKS } from "../lib/doctor/cuda";
import { ENGINE_CHECKS } from "../lib/doctor/engines";
import { checkJupyter, checkJupyterKernel } from "../lib/doctor/jupyter";
import { checkNode } from "../lib/doctor/node";
import { startProbe } from "../lib/doctor/probe";
import { type Finding, thisMachine } from "../lib/doctor/surroundings";
import { linuxMachine } from "./doctorMachine";
import { temporaryFolder } from "./fixtures";
import { glibc } from "./glibc";

const folder = await temporaryFolder();
const PROGRAM = join(__dirname, "..", "lib", "bin", "setr.js");
const ONNX = "onnxruntime-node";
const WASM = "@tensorflow/tfjs-backend-wasm";
const NATIVE = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];
const linux = process.platform === "linux";

/** Preloaded into setr: the packages in HIDDEN are not found, those in DEADLY end the process that loads them. */
const PRELOAD = join(folder, "preload.js");
await writeFile(
  PRELOAD,
  `const Module = require("node:module");
  const load = Module._load;
  const named = (list, request) => (list ?? "").split(",").some((name) => name && (request + "/").startsWith(name + "/"));
  Module._load = function (request, ...rest) {
    if (named(process.env.DEADLY, request)) process.kill(process.pid, "SIGSEGV");
    if (!named(process.env.HIDDEN, request)) return load.call(this, request, ...rest);
    throw Object.assign(new Error("Cannot find module '" + request + "'"), { code: "MODULE_NOT_FOUND" });
  };`,
);

type Outcome = { readonly status: number; readonly stdout: string; readonly stderr: string };

function doctor(env: Record<string, string> = {}, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, ...env } };
    execFile(process.execPath, ["--require", PRELOAD, PROGRAM, "doctor", ...args], options, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

async function findings(env: Record<string, string> = {}): Promise<Finding[]> {
  return JSON.parse((await doctor(env, "--json")).stdout);
}

const about = (found: readonly Finding[], subject: string) => found.find((finding) => finding.subject === subject);

let sound: Finding[];
beforeAll(async () => {
  sound = await findings();
});

/** Subjects whose lines differ from those of the untouched machine; free memory always does. */
function changed(found: readonly Finding[]): string[] {
  const other = found.filter((finding, i) => JSON.stringify(finding) !== JSON.stringify(sound[i]));
  return other.map(({ subject }) => subject).filter((subject) => subject !== "memory");
}

describe("setr doctor", () => {
  test("prints an aligned line for each part of the machine and exits with 0", async () => {
    const { status, stdout, stderr } = await doctor();
    const lines = stdout.trimEnd().split("\n");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const line of lines) expect(line).toMatch(/^(ok {7}|off {6}|warning {2}|missing {2})\S.{22} \S/);
    expect(lines.map((line) => line.slice(9, 33).trim())).toEqual(sound.map(({ subject }) => subject));
    expect(stdout).toMatch(new RegExp(`^ok +Node +${process.versions.node}, N-API ${process.versions.napi}, `, "m"));
    expect(stdout).toMatch(/^ok +engine onnxruntime +onnxruntime-node \d\S*, processor$/m);
    expect(stdout).toMatch(/^ok +engine tfjs-wasm .*tfjs-backend-wasm 4/m);
    expect(stdout).toMatch(/^ok +font +Inter \d\S*, from a package; no system font is needed$/m);
    expect(stdout).toMatch(/^ok +pictures: sharp +sharp \d\S*, libvips \d\S*$/m);
    expect(stdout).toMatch(/^ok +notebooks: zeromq +zeromq \d\S*, libzmq \d\S*$/m);
  });

  test("says that ONNX Runtime is missing and what auto is then", async () => {
    const found = await findings({ HIDDEN: ONNX });
    expect(changed(found)).toEqual(["engine auto", "engine onnxruntime", "engine webgpu"]);
    expect(about(found, "engine auto")).toMatchObject({ status: "ok", found: about(sound, "engine tfjs")?.found });
    for (const name of ["onnxruntime", "webgpu"]) {
      const text = expect.stringContaining(`Cannot find module '${ONNX}'`);
      expect(about(found, `engine ${name}`)).toMatchObject({ status: "missing", found: text, fix: "npm ci" });
    }
  });

  test("says that WebAssembly is missing", async () => {
    const found = await findings({ HIDDEN: [WASM, ...NATIVE].join() });
    expect(about(found, "engine auto")).toEqual(about(sound, "engine auto"));
    for (const name of ["tfjs", "tfjs-wasm"]) {
      const text = expect.stringMatching(/^tfjs backend .*Cannot find module '@tensorflow\/tfjs-backend-wasm'$/);
      expect(about(found, `engine ${name}`)).toMatchObject({ status: "missing", found: text, fix: "npm ci" });
    }
    expect(about(found, "engine tfjs-tensorflow")).toMatchObject({ status: "off" });
  });

  test("exits with 1 and one line of error when no engine can run a model", async () => {
    const { status, stdout, stderr } = await doctor({ HIDDEN: [ONNX, WASM, ...NATIVE].join() });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^setr: doctor: expected an engine that can run a model, found none.*\n$/);
    expect(stdout).toMatch(/^missing +engine auto .*; fix: npm ci$/m);
    expect(stdout).toMatch(/^ok +pictures: sharp/m);
  });

  test.skipIf(process.platform === "win32")("survives an engine that crashes, and names the signal", async () => {
    const found = await findings({ DEADLY: ONNX });
    expect(changed(found)).toEqual(["engine auto", "engine onnxruntime", "engine webgpu"]);
    const crash = { status: "warning", found: "crashed with SIGSEGV", fix: expect.stringContaining("--engine") };
    expect(about(found, "engine onnxruntime")).toMatchObject(crash);
  });

  test.each([
    ["sharp", "pictures: sharp"],
    ["zeromq", "notebooks: zeromq"],
    ["fontkit", "font"],
  ])("works without %s and says what misses it", async (name, subject) => {
    const found = await findings({ HIDDEN: name });
    expect(changed(found)).toEqual([subject]);
    const fix = expect.stringMatching(/^npm ci/);
    expect(about(found, subject)).toMatchObject({ status: "missing", found: `Cannot find module '${name}'`, fix });
  });

  test.skipIf(!glibc)("says whether freed memory is kept, and why not", async () => {
    expect(about(sound, "memory: freed")).toMatchObject({ status: "ok", found: "kept for the next pass" });
    const without = await findings({ HIDDEN: "koffi" });
    expect(changed(without)).toEqual(["memory: freed"]);
    const found = "left to the system: Cannot find module 'koffi'";
    expect(about(without, "memory: freed")).toMatchObject({ status: "off", found });
  });

  test("tells a cache that cannot be written from one that can be made, and makes nothing", async () => {
    await writeFile(join(folder, "occupied"), "");
    const occupied = about(await findings({ SETR_CACHE: join(folder, "occupied", "cache") }), "cache folder");
    expect(occupied).toMatchObject({ status: "warning", found: expect.stringMatching(/occupied \(ENOTDIR\)$/) });
    expect(occupied?.fix).toContain("SETR_CACHE");
    const cache = join(folder, "new", "cache");
    const found = `${cache}, which can be made`;
    expect(about(await findings({ SETR_CACHE: cache }), "cache folder")).toMatchObject({ status: "ok", found });
    expect(await readdir(folder)).not.toContain("new");
  });

  test.runIf(linux)("asks the system's loader for CUDA, and is not taken in by a broken file", async () => {
    const libraries = join(folder, "cuda");
    await mkdir(libraries, { recursive: true });
    const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
    const real = sharedObjects.find((path) => path.includes("libm.so")) as string;
    await copyFile(real, join(libraries, "libcudart.so.11.0"));
    await writeFile(join(libraries, "libcudnn.so.8"), "");
    await copyFile(real, join(libraries, "libcuda.so.1"));
    const found = await findings({ LD_LIBRARY_PATH: libraries });
    expect(about(found, "CUDA 11.2 (tfjs)")?.found).not.toContain("libcudart");
    expect(about(found, "NVIDIA driver (tfjs)")).toMatchObject({ status: "ok" });
    expect(about(found, "cuDNN 8 (tfjs)")?.found).toMatch(/libcudnn\.so\.8 \(.*too short\)/);
    expect(about(found, "cuDNN 8 (tfjs)")?.status).not.toBe("ok");
  });
});

describe.skipIf(process.platform === "win32")("Jupyter", () => {
  const kernel = (...argv: string[]) => ({ kernelspecs: { python3: spec("python"), typescript: spec(...argv) } });
  const spec = (...argv: string[]) => ({ resource_dir: "/", spec: { argv, language: "any" } });

  /** A program that answers as `jupyter` does. */
  async function jupyter(name: string, kernels: unknown, status = 0): Promise<string> {
    const path = join(folder, name, "jupyter");
    await mkdir(dirname(path), { recursive: true });
    const answer = `if (process.argv[2] === "--version") console.log("jupyter_core     : 5.9.1\\njupyterlab       : 4.4.2");
    else console.log(${JSON.stringify(JSON.stringify(kernels))});
    if (${status}) console.error("Traceback:\\nModuleNotFoundError: traitlets");
    process.exitCode = ${status};`;
    await writeFile(path, `#!${process.execPath}\n${answer}`);
    await chmod(path, 0o755);
    return path;
  }

  test("is off where the PATH has none, and found where it has one", async () => {
    const without = await findings({ PATH: "" });
    expect(about(without, "Jupyter")).toMatchObject({ status: "off", found: expect.stringContaining("setr run") });
    expect(about(without, "Jupyter's TypeScript")).toMatchObject({ status: "off" });
    const path = await jupyter("whole", kernel(process.execPath, "/gone/setr-kernel.js", "{connection_file}"));
    const found = await findings({ PATH: dirname(path) + delimiter + process.env.PATH });
    expect(about(found, "Jupyter")).toEqual({
      status: "ok",
      subject: "Jupyter",
      found: `${path}: jupyter_core 5.9.1, jupyterlab 4.4.2`,
    });
    expect(about(found, "Jupyter's TypeScript")).toMatchObject({
      status: "missing",
      found: expect.stringMatching(/^kernel typescript starts .*setr-kernel\.js, which is not there$/),
      fix: expect.stringContaining("npx setr lab --register"),
    });
  });

  const node = process.execPath;
  const own = join(dirname(PROGRAM), "setr-kernel.js");
  const starts = (...words: string[]) =>
    ({ status: "ok", found: `kernel typescript starts ${words.join(" ")}` }) as const;
  test.each<[string, unknown, Partial<Finding>]>([
    [
      "Python alone",
      kernel("python3"),
      { status: "missing", found: expect.stringMatching(/kernels: python3, typescript$/) },
    ],
    ["the project's", kernel(node, "--flag", own, "{connection_file}"), starts(node, own)],
    ["plain tslab", kernel("tslab", "kernel", "--config-path", "{connection_file}"), { status: "missing" }],
    ["no list", "[]", { status: "warning", found: expect.stringContaining("printed no list of kernels") }],
  ])("with the kernel: %s", async (name, kernels, expected) => {
    const path = await jupyter(name, kernels);
    const machine = thisMachine();
    const findCommand = (command: string) => (command === "jupyter" ? path : machine.findCommand(command));
    expect(await checkJupyterKernel({ ...machine, findCommand })).toMatchObject(expected);
  });

  test("that fails is shown with its last words", async () => {
    const path = await jupyter("broken", {}, 3);
    const text = "ended with 3: ModuleNotFoundError: traitlets";
    const broken = { status: "warning", found: expect.stringContaining(text) };
    expect(await checkJupyter({ ...thisMachine(), findCommand: () => path })).toMatchObject(broken);
    expect(await checkJupyterKernel({ ...thisMachine(), findCommand: () => path })).toMatchObject(broken);
  });
});

describe("another machine", () => {
  const driver = CUDA_CHECKS[0]!;
  const cudnn = CUDA_CHECKS[2]!;
  const webgpu = ENGINE_CHECKS[2]!;
  const bus = "/sys/bus/pci/devices";
  const card = { [`${bus}/a/vendor`]: "0x10de\n", [`${bus}/a/class`]: "0x030000\n" };
  const place = { [bus]: ["a"] };

  test.each([
    ["20.8.9", "missing"],
    ["20.9.0", "ok"],
    ["24.0.1", "ok"],
  ])("with Node %s: %s", async (node, status) => {
    expect(await checkNode({ ...linuxMachine(), versions: { node } })).toMatchObject({ status });
  });

  test("without an NVIDIA GPU needs no CUDA; with one it does", async () => {
    expect(await driver(linuxMachine())).toMatchObject({
      status: "off",
      found: expect.stringMatching(/^no NVIDIA GPU here/),
    });
    const missing = { status: "missing", found: "the loader does not find libcuda.so.1", fix: expect.any(String) };
    expect(await driver(linuxMachine(card, place))).toMatchObject(missing);
    expect(await driver({ ...linuxMachine(), platform: "darwin" })).toMatchObject({
      status: "off",
      found: "not checked on darwin",
    });
  });

  test("whose cuDNN lies where the loader does not look gets the line that shows it", async () => {
    const there = { ...place, "/usr/local/cuda/lib64": ["libcudnn.so.8"] };
    const fix = "export LD_LIBRARY_PATH=/usr/local/cuda/lib64";
    expect(await cudnn(linuxMachine(card, there))).toMatchObject({ status: "missing", fix });
  });

  test("without any GPU has WebGPU off; with one, its driver is missing", async () => {
    expect(await webgpu(linuxMachine())).toMatchObject({ status: "off" });
    const drawing = linuxMachine({}, { "/dev/dri": ["card0", "renderD128"] });
    expect(await webgpu(drawing)).toMatchObject({ status: "missing", fix: expect.stringContaining("libvulkan1") });
  });
});

test("a trial that does not answer is ended and said to be late", async () => {
  expect(await startProbe("tslab", [], 0.01)).toEqual({ state: "late", found: "no answer within 0.01 s" });
});
