import { CheckpointError, ConfigError } from "../errors";
import { parseConfig, type SetrConfig } from "../model/config";
import { parameterShapes } from "../model/parameters";
import { isFloat } from "./dtype";
import { type InferenceHints, inferConfig } from "./inferConfig";
import { openSafetensors, type SafetensorsFile, type TensorEntry } from "./safetensors";
import { scanWeights } from "./scan";

/** Keys of `__metadata__` in weight files written here. */
export const METADATA = { config: "setr.config", trained: "setr.trained", origin: "setr.origin" } as const;

/** A weight file found complete: every tensor is accounted for. */
export interface Weights {
  readonly file: SafetensorsFile;
  /** The configuration at the checkpoint's own image size. */
  readonly config: SetrConfig;
  /** Where each learned tensor of the model lies. */
  readonly parameters: ReadonlyMap<string, TensorEntry>;
  /** Tensors that inference does not need (training-only heads, counters), by name. */
  readonly ignored: readonly string[];
  /** False when the file says that its values are random; true otherwise. */
  readonly trained: boolean;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  /** One sentence for each value that had to be assumed. */
  readonly notes: readonly string[];
}

/** Tensors of a training run that inference leaves alone. */
const TRAINING_ONLY = [/^auxiliary_head\./, /^decode_head\.conv_seg\./, /\.num_batches_tracked$/];

/**
 * Opens a .safetensors file of SETR weights, named as the official release names them, and checks it whole.
 *
 * The configuration comes from the file's metadata where this project wrote it, else from the shapes.
 *
 * @param path weight file
 * @param hints the number of heads, where the file cannot say it
 * @throws CheckpointError `not-found`, `truncated`, ... as `openSafetensors`; `tensor-missing`, `tensor-shape`,
 *   `tensor-dtype`, `tensor-unexpected` listing every name; `not-finite`; ConfigError for impossible configurations
 */
export async function openWeights(path: string, hints: InferenceHints = {}): Promise<Weights> {
  const file = await openSafetensors(path);
  const { config, notes } = readConfig(file, hints);
  const expected = parameterShapes(config);
  const ignored = [...file.tensors.keys()].filter((name) => !expected.has(name) && isIgnorable(name, config));
  checkCoverage(file, expected, new Set(ignored));
  const sha256 = await scanWeights(file, new Set(expected.keys()));
  const parameters = new Map([...expected.keys()].map((name) => [name, file.tensors.get(name) as TensorEntry]));
  return { file, config, parameters, ignored, trained: file.metadata[METADATA.trained] !== "false", sha256, notes };
}

function readConfig(file: SafetensorsFile, hints: InferenceHints): ReturnType<typeof inferConfig> {
  const text = file.metadata[METADATA.config];
  if (text === undefined) return inferConfig(file, hints);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CheckpointError(
      "header-json",
      `${file.path}: ${METADATA.config}: expected JSON, found ${text.slice(0, 60)}`,
    );
  }
  const config = parseConfig(value);
  if (hints.numHeads !== undefined && hints.numHeads !== config.numHeads) {
    throw new ConfigError(
      "heads",
      `${file.path}: expected ${config.numHeads} heads, as the file says, found ${hints.numHeads} asked for`,
    );
  }
  return { config, notes: [] };
}

function isIgnorable(name: string, config: SetrConfig): boolean {
  if (config.decoder.type === "mla" && name === "backbone.cls_token") return true; // MLA drops it before the first layer
  return TRAINING_ONLY.some((pattern) => pattern.test(name));
}

function checkCoverage(
  file: SafetensorsFile,
  expected: ReadonlyMap<string, readonly number[]>,
  ignored: ReadonlySet<string>,
): void {
  const missing: string[] = [];
  const shapes: string[] = [];
  const dtypes: string[] = [];
  for (const [name, shape] of expected) {
    const entry = file.tensors.get(name);
    if (!entry) missing.push(`${name} [${shape.join(", ")}]`);
    else if (entry.shape.join() !== shape.join()) {
      shapes.push(`${name}: expected [${shape.join(", ")}], found [${entry.shape.join(", ")}]`);
    } else if (!isFloat(entry.dtype)) dtypes.push(`${name}: expected floats, found ${entry.dtype}`);
  }
  const unexpected = [...file.tensors.keys()].filter((name) => !expected.has(name) && !ignored.has(name));
  const problems = [
    { code: "tensor-missing", text: "missing", items: missing },
    { code: "tensor-shape", text: "wrong shape", items: shapes },
    { code: "tensor-dtype", text: "wrong type", items: dtypes },
    { code: "tensor-unexpected", text: "unexpected", items: unexpected },
  ].filter(({ items }) => items.length > 0);
  const [first] = problems;
  if (first) {
    const details = problems.map(({ text, items }) => `${text}: ${listItems(items)}`).join("; ");
    throw new CheckpointError(first.code, `${file.path}: expected exactly the tensors of its model, found ${details}`);
  }
}

function listItems(items: readonly string[]): string {
  const shown = items.slice(0, 12).join(", ");
  return items.length > 12 ? `${shown} and ${items.length - 12} more` : shown;
}
