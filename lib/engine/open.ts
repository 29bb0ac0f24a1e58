import { EngineError } from "../errors";
import type { Engine } from "./engine";
import { onnxruntimeEngine } from "./onnxruntime";

/** Names of engines as on the command line; `auto` takes the first that is there. */
export const ENGINE_NAMES = ["auto", "onnxruntime"] as const;

/** One of `ENGINE_NAMES`. */
export type EngineName = (typeof ENGINE_NAMES)[number];

/**
 * Opens an engine.
 *
 * @throws EngineError `unknown-engine`, `not-there`
 */
export async function openEngine(name: EngineName): Promise<Engine> {
  if (!ENGINE_NAMES.includes(name)) {
    throw new EngineError("unknown-engine", `engine: expected one of ${ENGINE_NAMES.join(", ")}, found ${name}`);
  }
  return onnxruntimeEngine();
}
