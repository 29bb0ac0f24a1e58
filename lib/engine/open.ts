import { EngineError } from "../errors";
import type { Engine } from "./engine";
import { onnxruntimeEngine } from "./onnxruntime";
import { tfjsEngine } from "./tfjs";

/** How each engine is opened, by its name on the command line. */
const ENGINES = {
  onnxruntime: (threads?: number) => onnxruntimeEngine("cpu", threads),
  webgpu: () => onnxruntimeEngine("webgpu"),
  tfjs: () => tfjsEngine(),
  "tfjs-tensorflow": () => tfjsEngine("tensorflow"),
  "tfjs-wasm": () => tfjsEngine("wasm"),
} as const;

/** Names of engines as on the command line; `auto` is `onnxruntime`, or `tfjs` where that does not load. */
export const ENGINE_NAMES = ["auto", ...(Object.keys(ENGINES) as (keyof typeof ENGINES)[])] as const;

/** One of `ENGINE_NAMES`. */
export type EngineName = (typeof ENGINE_NAMES)[number];

/**
 * Opens an engine; its packages are loaded only then.
 *
 * @param threads with which ONNX Runtime computes on the processor; as many as it chooses by default
 * @throws EngineError `unknown-engine`; `not-there` saying what is missing
 */
export async function openEngine(name: EngineName, threads?: number): Promise<Engine> {
  if (name === "auto") return ENGINES.onnxruntime(threads).catch(() => ENGINES.tfjs());
  if (Object.hasOwn(ENGINES, name)) return ENGINES[name](threads);
  throw new EngineError("unknown-engine", `engine: expected one of ${ENGINE_NAMES.join(", ")}, found ${name}`);
}
