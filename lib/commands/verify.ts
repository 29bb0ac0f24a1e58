import { activations } from "../activations";
import type { NdArray } from "../arrays";
import { openSafetensors, readTensor, type TensorFile } from "../checkpoint/safetensors";
import { CheckpointError, SetrError } from "../errors";
import { segment } from "../segment";
import type { Setr } from "../setr";
import { type ModelOptions, openModel } from "./options";

/** Options of `setr verify`. */
export interface VerifyOptions extends ModelOptions {
  readonly expected: string;
}

/** How far one array is from what was expected. */
export interface Deviation {
  readonly name: string;
  readonly shape: readonly number[];
  /** Largest absolute difference. */
  readonly absolute: number;
  /** Largest absolute difference divided by the largest expected magnitude. */
  readonly relative: number;
  /** Largest absolute difference allowed. */
  readonly tolerance: number;
}

const INPUTS = ["input", "slide_input"];

/** Arrays of an expectation file that no single run captures. */
const SEPARATE = ["slide_logits", "pos_embed_resized"];

/** Compares every array of an expectation file with what this model computes. */
export async function verifyCommand(options: VerifyOptions): Promise<void> {
  const expected = await openSafetensors(options.expected);
  const stated = Number(expected.metadata.heads);
  const heads = options.heads ?? (Number.isInteger(stated) && stated > 0 ? stated : undefined);
  const input = await readTensor(expected, "input");
  const [height = 0, width = 0] = input.shape.slice(-2);
  const model = await openModel({ ...options, ...(heads === undefined ? {} : { heads }) }, { height, width });
  try {
    const deviations = await compare(model, expected, input);
    for (const deviation of deviations) console.log(deviationLine(deviation));
    const failed = deviations.filter(({ absolute, tolerance }) => !(absolute <= tolerance));
    console.log(`${deviations.length - failed.length} of ${deviations.length} arrays agree`);
    if (failed.length > 0) {
      const names = failed.map(({ name }) => name).join(", ");
      throw new SetrError(
        "engine",
        "verify",
        `verify: expected agreement, found differences past tolerance in ${names}`,
      );
    }
  } finally {
    await model.close();
  }
}

async function compare(model: Setr, expected: TensorFile, input: NdArray): Promise<Deviation[]> {
  const entries = [...expected.tensors.values()].filter(({ name }) => !INPUTS.includes(name));
  const captures = new Map(
    entries.filter(({ name }) => !SEPARATE.includes(name)).map(({ name, shape }) => [name, captureName(name, shape)]),
  );
  const found = await activations(model, input, [...captures.values()]);
  const deviations: Deviation[] = [];
  for (const { name } of entries) {
    const captured = found.get(captures.get(name) as string);
    const value = name === "slide_logits" ? await slide(model, expected) : (captured ?? model.posEmbed);
    deviations.push(deviationOf(name, await readTensor(expected, name), value as NdArray));
  }
  return deviations;
}

/** Expected attention with three axes is the mean over heads. */
function captureName(name: string, shape: readonly number[]): string {
  return /^A\d+$/.test(name) && shape.length === 3 ? `${name}.mean` : name;
}

async function slide(model: Setr, expected: TensorFile): Promise<NdArray> {
  const stride = Number(expected.metadata.slide_stride);
  if (!Number.isInteger(stride) || stride < 1) {
    throw new CheckpointError("header-json", `${expected.path}: expected slide_stride in the metadata, found none`);
  }
  return segment(model, await readTensor(expected, "slide_input"), { mode: "slide", stride });
}

/**
 * Distance of an array from its expectation.
 *
 * The tolerance is 1e-4, and 1e-3 for logits. A different shape or a value that is not a number is infinitely far away.
 */
export function deviationOf(name: string, expected: NdArray, found: NdArray): Deviation {
  const tolerance = name.endsWith("logits") ? 1e-3 : 1e-4;
  let absolute = expected.shape.join() === found.shape.join() ? 0 : Number.POSITIVE_INFINITY;
  let magnitude = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const difference = Math.abs((expected.data[i] as number) - (found.data[i] as number));
    absolute = Math.max(absolute, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    magnitude = Math.max(magnitude, Math.abs(expected.data[i] as number));
  }
  return { name, shape: found.shape, absolute, relative: magnitude > 0 ? absolute / magnitude : absolute, tolerance };
}

function deviationLine({ name, shape, absolute, relative, tolerance }: Deviation): string {
  const verdict = absolute <= tolerance ? "ok" : `past ${tolerance}`;
  return `${name.padEnd(20)} ${`[${shape.join(", ")}]`.padEnd(22)} abs ${absolute.toExponential(2)}  rel ${relative.toExponential(2)}  ${verdict}`;
}
