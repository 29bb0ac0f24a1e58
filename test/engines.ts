import { ENGINE_NAMES, type EngineName, openEngine } from "../lib/engine/open";

/** Engines that must be there in continuous integration; the others need hardware that it may not have. */
const REQUIRED: readonly EngineName[] = ["onnxruntime", "tfjs-wasm", "tfjs-tensorflow"];

/** The engines that start on this machine; one that does not is skipped with a printed line, or fails where it is required. */
export async function enginesHere(): Promise<EngineName[]> {
  const names: EngineName[] = [];
  for (const name of ENGINE_NAMES.filter((engine) => engine !== "auto" && engine !== "tfjs")) {
    const reason = await openEngine(name).then(
      async (engine) => engine.release(),
      (error: Error) => error.message,
    );
    if (reason === undefined || (process.env.CI && REQUIRED.includes(name))) names.push(name);
    else console.log(`skipped: engine ${name} (${reason})`);
  }
  return names;
}
