import { createRequire } from "node:module";
import { join } from "node:path";
import type * as Wasm from "@tensorflow/tfjs-backend-wasm";
import { EngineError } from "../errors";
import type { TfModule } from "../ops/tfjs";
import { restoreNodeUtil } from "./nodeUtil";
import { improveKernels } from "./wasmKernels";

/** Backends of TensorFlow.js, fastest first: the C library (with or without a GPU), then WebAssembly. */
export const TF_BACKENDS = ["tensorflow", "wasm"] as const;

/** One of `TF_BACKENDS`. */
export type TfBackendName = (typeof TF_BACKENDS)[number];

/** A started backend. */
export interface TfBackend {
  readonly tf: TfModule;
  readonly name: TfBackendName;
  /** The package and what it runs on, in words. */
  readonly title: string;
  /** Makes it the current backend: all copies of TensorFlow.js in a process share one that is current. */
  activate(): Promise<void>;
}

/** Packages that bring the C library, in the order in which they are tried. */
const NATIVE_PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

const started = new Map<TfBackendName, Promise<TfBackend>>();

/**
 * Starts a backend of TensorFlow.js, once per process; its packages are loaded only then.
 *
 * @param name a backend; without it the first that starts
 * @throws EngineError `not-there` saying what is missing for each that was tried
 */
export async function startTfBackend(name?: TfBackendName): Promise<TfBackend> {
  const reasons: string[] = [];
  for (const candidate of name ? [name] : TF_BACKENDS) {
    try {
      return await startOnce(candidate);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new EngineError("not-there", reasons.join("; "));
}

function startOnce(name: TfBackendName): Promise<TfBackend> {
  const running = started.get(name) ?? (name === "tensorflow" ? startNative() : startWasm());
  started.set(name, running);
  running.catch(() => started.delete(name));
  return running;
}

async function startNative(): Promise<TfBackend> {
  restoreNodeUtil();
  const reasons: string[] = [];
  for (const name of NATIVE_PACKAGES) {
    try {
      const tf = require(name) as TfModule;
      await activate(tf, "tensorflow");
      return {
        tf,
        name: "tensorflow",
        title: `${name} ${versionOf(name)}`,
        activate: () => activate(tf, "tensorflow"),
      };
    } catch (error) {
      reasons.push(`${name} (${(error as Error).message.split("\n", 1)[0]})`);
    }
  }
  throw new EngineError(
    "not-there",
    `tfjs backend tensorflow: expected one of its packages to load, found: ${reasons.join(", ")}`,
  );
}

async function startWasm(): Promise<TfBackend> {
  try {
    const tf = (await import("@tensorflow/tfjs")) as TfModule;
    const wasm: typeof Wasm = await import("@tensorflow/tfjs-backend-wasm");
    wasm.setWasmPaths(`${join(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"), "..", "dist")}/`);
    await activate(tf, "wasm");
    improveKernels(tf, "wasm");
    const threads = wasm.getThreadsCount();
    const title = `@tensorflow/tfjs-backend-wasm ${wasm.version_wasm}, ${threads} thread${threads > 1 ? "s" : ""}`;
    return { tf, name: "wasm", title, activate: () => activate(tf, "wasm") };
  } catch (error) {
    throw new EngineError("not-there", `tfjs backend wasm: expected it to start, found: ${(error as Error).message}`);
  }
}

async function activate(tf: TfModule, backend: TfBackendName): Promise<void> {
  if (tf.getBackend() === backend) return;
  if (!(await tf.setBackend(backend))) throw new Error(`backend ${backend} did not start`);
  await tf.ready();
}

function versionOf(name: string): string {
  return createRequire(__filename)(`${name}/package.json`).version as string;
}
