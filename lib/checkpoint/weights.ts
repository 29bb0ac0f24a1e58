import type { NdArray } from "../arrays";
import { fileIdentity } from "../fileIdentity";
import { gridSize, type SetrConfig } from "../model/config";
import { resizePosEmbed } from "../model/posEmbed";
import type { OnProgress } from "../progress";
import { checkedHash } from "./checkedHash";
import { convertedFile } from "./convertedFile";
import type { DType } from "./dtype";
import { checkComplete, type Examined, examineCheckpoint } from "./examine";
import type { FamilyName } from "./families/family";
import type { InferenceHints } from "./inferConfig";
import type { MappedTensor } from "./mapNames";
import { METADATA } from "./metadata";
import { readTensor } from "./readTensors";
import { plainRange } from "./tensorFile";

/** Where one learned tensor lies in `dataPath`, as it is. */
export interface ParameterRange {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Absolute position of the first byte. */
  readonly offset: number;
  readonly byteLength: number;
}

/** A checkpoint found complete: every tensor is accounted for. */
export interface Weights {
  /** The file as it was named. */
  readonly path: string;
  /** SHA-256 of that file, hexadecimal. */
  readonly sha256: string;
  readonly family: FamilyName;
  /** The configuration at the checkpoint's own image size. */
  readonly config: SetrConfig;
  /** Learned position embeddings at that size, class token first: [1, 1 + P, C]. */
  readonly posEmbed: NdArray;
  /** The file that holds the ranges below: the named one, or its conversion in the cache. */
  readonly dataPath: string;
  /** Where each learned tensor of the model lies, by the official release's names. */
  readonly parameters: ReadonlyMap<string, ParameterRange>;
  /** False when the file says that its values are random; true otherwise. */
  readonly trained: boolean;
  /** Where the values come from, as far as the file says. */
  readonly origin: string | undefined;
  /** Names of the classes by their number, where the file says. */
  readonly classes: readonly string[] | undefined;
  /** One sentence for each value that had to be assumed. */
  readonly notes: readonly string[];
}

/** How a checkpoint is read. */
export interface ReadOptions {
  /** Whether a hash from an earlier time is taken, and this one noted; true by default. */
  readonly rememberHash?: boolean;
  /** Told the bytes read, of the file and, where it is converted, once more; by default it is shown where it takes long. */
  readonly onProgress?: OnProgress | undefined;
}

/** Types that an engine can take from the file as they are. */
const DIRECT_TYPES: readonly DType[] = ["F32", "F16", "BF16"];

/**
 * Opens a checkpoint of any known format and family and checks it whole: names, shapes, values. The values of a file that
 * has not changed since they were found sound are not read again.
 *
 * Where the file holds the model's tensors as they are, they are used in place. Where they must be joined, transposed or
 * decompressed first, the file is converted once into the cache (`SETR_CACHE`, else the user's cache folder).
 *
 * @param path a checkpoint
 * @param hints the number of heads, where the file cannot say it
 * @param options see {@link ReadOptions}
 * @throws CheckpointError as `examineCheckpoint` and `checkComplete`; `not-finite`, `changed`, `damaged`
 */
export async function openWeights(
  path: string,
  hints: InferenceHints = {},
  { rememberHash = true, onProgress }: ReadOptions = {},
): Promise<Weights> {
  const identity = rememberHash ? await fileIdentity(path) : undefined;
  const examined = await examineCheckpoint(path, hints);
  checkComplete(examined);
  const { mapped, config, classes, used, notes } = examined;
  const sha256 = await checkedHash(examined, identity, onProgress);
  const direct = directRanges(used);
  const data = direct ? examined : await examineCheckpoint(await convertedFile(examined, sha256, onProgress));
  const { metadata } = mapped.file;
  return {
    path,
    sha256,
    family: mapped.family.name,
    config,
    posEmbed: await readPosEmbed(data),
    dataPath: data.mapped.file.path,
    parameters: direct ?? (directRanges(data.used) as ReadonlyMap<string, ParameterRange>),
    trained: metadata[METADATA.trained] !== "false",
    origin: metadata[METADATA.origin] ?? metadata[METADATA.source],
    classes,
    notes,
  };
}

/** The ranges of all tensors but the position embeddings, which are small and handed over as values. */
function directRanges(used: ReadonlyMap<string, MappedTensor>): ReadonlyMap<string, ParameterRange> | undefined {
  const ranges = new Map<string, ParameterRange>();
  for (const [name, { dtype, shape, parts }] of used) {
    if (name === "backbone.pos_embed") continue;
    const [part] = parts;
    const range = parts.length === 1 && part && !part.axes ? plainRange(part.tensor) : undefined;
    if (!range || !DIRECT_TYPES.includes(dtype)) return undefined;
    ranges.set(name, { dtype, shape, ...range });
  }
  return ranges;
}

/** Position embeddings as [1, 1 + P, C]: the row of a distillation token is dropped. */
async function readPosEmbed({ mapped, config, used }: Examined): Promise<NdArray> {
  const [part] = used.get("backbone.pos_embed")!.parts;
  const grid = gridSize(config);
  return resizePosEmbed(await readTensor(mapped.file, part!.tensor.name), grid, grid);
}
