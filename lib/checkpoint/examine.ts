import { CheckpointError, ConfigError } from "../errors";
import { hasClassToken, parseConfig, patchCount, type SetrConfig } from "../model/config";
import { parameterShapes } from "../model/parameters";
import { classNames } from "./classNames";
import { isFloat } from "./dtype";
import { hasDistillationToken, type InferenceHints, type InferredConfig, inferConfig } from "./inferConfig";
import { type IgnoredTensor, type MappedFile, type MappedTensor, mapNames } from "./mapNames";
import { METADATA } from "./metadata";
import { openCheckpoint } from "./open";

/** A checkpoint laid against the model it claims to be: every tensor is used, ignored with a reason, or a problem. */
export interface Examined {
  readonly mapped: MappedFile;
  /** The configuration at the checkpoint's own image size. */
  readonly config: SetrConfig;
  /** Names of the classes by their number, where the file says. */
  readonly classes: readonly string[] | undefined;
  /** One sentence for each value that had to be assumed. */
  readonly notes: readonly string[];
  /** The model's tensors that the file has in the right shape. */
  readonly used: ReadonlyMap<string, MappedTensor>;
  readonly ignored: readonly IgnoredTensor[];
  /** What the model needs and the file lacks, with shapes. */
  readonly missing: readonly string[];
  /** What the file has in another shape, with both. */
  readonly wrongShape: readonly string[];
  /** What the file has as something else than floats. */
  readonly wrongType: readonly string[];
  /** What the model has no place for. */
  readonly unexpected: readonly string[];
}

/**
 * Opens a checkpoint of any format and family and accounts for every tensor, without reading values.
 *
 * The configuration comes from the file's metadata where this project wrote it, else from the shapes.
 *
 * @param path a checkpoint
 * @param hints the number of heads, where the file cannot say it
 * @throws CheckpointError as `openCheckpoint`, `mapNames` and `inferConfig`; ConfigError for impossible configurations
 */
export async function examineCheckpoint(path: string, hints: InferenceHints = {}): Promise<Examined> {
  const mapped = mapNames(await openCheckpoint(path));
  const { config, notes } = readConfig(mapped, hints);
  const named = classNames(mapped.file.metadata, config.numClasses);
  const expected = expectedShapes(mapped, config);
  const leftOut = hasClassToken(config) ? [] : ["backbone.cls_token"];
  const used = new Map<string, MappedTensor>();
  const problems = { missing: [] as string[], wrongShape: [] as string[], wrongType: [] as string[] };
  for (const [name, shape] of expected) {
    const tensor = mapped.tensors.get(name);
    if (!tensor) problems.missing.push(`${name} [${shape.join(", ")}]`);
    else if (tensor.shape.join() !== shape.join()) {
      problems.wrongShape.push(`${name}: expected [${shape.join(", ")}], found [${tensor.shape.join(", ")}]`);
    } else if (!isFloat(tensor.dtype)) problems.wrongType.push(`${name}: expected floats, found ${tensor.dtype}`);
    else used.set(name, tensor);
  }
  const extra = [...mapped.tensors.keys()].filter((name) => !expected.has(name) && !leftOut.includes(name));
  const dropped = leftOut.filter((name) => mapped.tensors.has(name));
  const ignored = [
    ...mapped.ignored,
    ...dropped.map((name) => ({ name, reason: "class token, which MLA leaves out" })),
  ];
  const said = { config, classes: named.classes, notes: [...notes, ...named.notes] };
  return { mapped, ...said, used, ignored, ...problems, unexpected: [...mapped.unknown, ...extra] };
}

/**
 * Refuses a checkpoint that is not exactly its model.
 *
 * @throws CheckpointError `tensor-missing`, `tensor-shape`, `tensor-dtype` or `tensor-unexpected`, listing the names
 */
export function checkComplete({ mapped, missing, wrongShape, wrongType, unexpected }: Examined): void {
  const problems = [
    { code: "tensor-missing", text: "missing", items: missing },
    { code: "tensor-shape", text: "wrong shape", items: wrongShape },
    { code: "tensor-dtype", text: "wrong type", items: wrongType },
    { code: "tensor-unexpected", text: "unexpected", items: unexpected },
  ].filter(({ items }) => items.length > 0);
  const [first] = problems;
  if (!first) return;
  const details = problems.map(({ text, items }) => `${text}: ${listItems(items)}`).join("; ");
  throw new CheckpointError(
    first.code,
    `${mapped.file.path}: expected exactly the tensors of its model, found ${details}`,
  );
}

function listItems(items: readonly string[]): string {
  const shown = items.slice(0, 12).join(", ");
  return items.length > 12 ? `${shown} and ${items.length - 12} more` : shown;
}

/** What the model wants, with the row that a distillation token adds to the position embeddings. */
function expectedShapes(mapped: MappedFile, config: SetrConfig): Map<string, readonly number[]> {
  const shapes = parameterShapes(config);
  if (hasDistillationToken(mapped)) shapes.set("backbone.pos_embed", [1, 2 + patchCount(config), config.embedDim]);
  return shapes;
}

function readConfig(mapped: MappedFile, hints: InferenceHints): InferredConfig {
  const { path, metadata } = mapped.file;
  const text = metadata[METADATA.config];
  if (text === undefined) return inferConfig(mapped, hints);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CheckpointError("header-json", `${path}: ${METADATA.config}: expected JSON, found ${text.slice(0, 60)}`);
  }
  const config = parseConfig(value);
  if (hints.numHeads !== undefined && hints.numHeads !== config.numHeads) {
    const message = `expected ${config.numHeads} heads, as the file says, found ${hints.numHeads} asked for`;
    throw new ConfigError("heads", `${path}: ${message}`);
  }
  return { config, notes: [] };
}
