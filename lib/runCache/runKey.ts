import { createHash, type Hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NdArray } from "../arrays";
import type { Engine, GradientTarget, RunRequest } from "../engine/engine";
import { version } from "../version";

/** Changes when kept values are to be told apart in another way. */
const FORMAT = 1;

/** Folders of this library that decide which numbers a run gives. */
const PROGRAM_FOLDERS = ["checkpoint", "engine", "model", "ops"];

/** Variables of the environment that change the numbers of an engine, such as ONEDNN_DEFAULT_FPMATH_MODE. */
const NUMERIC_VARIABLE = /^(ONEDNN_|DNNL_|TF_(?!CPP_)|NVIDIA_TF32)/;

/** What a run's values depend on, but for the names of what is captured. */
export type KeyedRequest = Pick<RunRequest, "weights" | "config" | "values" | "input">;

/**
 * Tells runs apart: SHA-256 over the weights, the parameters handed over, the configuration, the pixels, the engine and its
 * version, and the program.
 *
 * @param target for gradients, what is differentiated
 * @returns 64 hexadecimal digits
 */
export function runKey(engine: Engine, request: KeyedRequest, target?: GradientTarget): string {
  const { weights, config, values, input } = request;
  const hash = createHash("sha256");
  const { name, title } = engine;
  const words = [FORMAT, version, programHash(), name, title, numericVariables(), weights.sha256, config];
  hash.update(JSON.stringify(words));
  for (const [parameter, value] of [...values, ["input", input] as const]) addArray(hash, parameter, value);
  if (target) addArray(hash, `class ${target.classIndex}`, { shape: [target.region.length], data: target.region });
  return hash.digest("hex");
}

/** The name and shape say how many bytes follow, so that no two lists of arrays read the same. */
function addArray(hash: Hash, name: string, { shape, data }: NdArray): void {
  hash.update(JSON.stringify([name, shape]));
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function numericVariables(): [string, string | undefined][] {
  const found = Object.entries(process.env).filter(([name]) => NUMERIC_VARIABLE.test(name));
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

let program: string | undefined;

/** Hash of the code that computes, so that a changed model never gets values of the one before it. */
function programHash(): string {
  if (program !== undefined) return program;
  const hash = createHash("sha256");
  for (const folder of PROGRAM_FOLDERS) {
    const names = readdirSync(join(__dirname, "..", folder), { recursive: true, encoding: "utf8" });
    for (const name of names.filter((file) => /(?<!\.d)\.(js|ts)$/.test(file)).sort()) {
      hash.update(JSON.stringify([folder, name])).update(readFileSync(join(__dirname, "..", folder, name)));
    }
  }
  program = hash.digest("hex");
  return program;
}
