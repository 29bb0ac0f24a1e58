import { positionStructure } from "../analysis/positionStructure";
import { positionSimilarity } from "../analysis/similarity";
import { sizeOf } from "../arrays";
import { cosineProduct } from "../engine/cosineProduct";
import { upsamplingCount } from "../model/activationNames";
import { gridSize, patchCount, type SetrConfig, tokenCount } from "../model/config";
import { type Examined, examineCheckpoint } from "./examine";
import type { InferenceHints } from "./inferConfig";
import { METADATA } from "./metadata";
import type { ValueReport } from "./nonFinite";
import { readTensor } from "./readTensors";
import { scanCheckpoint } from "./scan";

/** Everything there is to say about a checkpoint. */
export interface Inspection {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly format: string;
  readonly family: string;
  /** Key under which the weights lie, and what lies beside them. */
  readonly wrapper: string | null;
  readonly leftAside: readonly string[];
  readonly trained: boolean;
  readonly config: SetrConfig;
  /** Names of the classes by their number; null when the file does not say. */
  readonly classes: readonly string[] | null;
  readonly notes: readonly string[];
  readonly grid: { readonly height: number; readonly width: number };
  readonly tokens: number;
  /** Number of learned values that the model uses. */
  readonly parameters: number;
  /** Stored types of the used tensors. */
  readonly types: readonly string[];
  readonly coverage: {
    readonly used: number;
    /** Ignored tensors, counted by reason. */
    readonly ignored: Readonly<Record<string, number>>;
    readonly missing: readonly string[];
    readonly wrongShape: readonly string[];
    readonly wrongType: readonly string[];
    readonly unexpected: readonly string[];
  };
  /** Tensors whose values stand out. */
  readonly suspicious: readonly ValueReport[];
  /** Mean similarity of neighbouring and of distant position embeddings; null when they are missing or not finite. */
  readonly positions: {
    readonly neighbours: number;
    readonly distant: number;
    readonly looksUntrained: boolean;
  } | null;
  /** What each figure needs and whether it is there. */
  readonly figures: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Neighbours of trained embeddings are more alike than distant patches by more than this. */
const LEAST_STRUCTURE = 0.1;

/**
 * Looks at a checkpoint without refusing what is wrong with it, as long as it is a checkpoint at all.
 *
 * @param path a checkpoint of any known format and family
 * @throws CheckpointError when the file cannot be read or its family is unknown; ConfigError for impossible configurations
 */
export async function inspectCheckpoint(
  path: string,
  hints: InferenceHints = {},
): Promise<{ examined: Examined; inspection: Inspection }> {
  const examined = await examineCheckpoint(path, hints);
  const { mapped, config, classes, notes, used, missing, wrongShape, wrongType, unexpected } = examined;
  const { file, family, wrapper, leftAside } = mapped;
  const { sha256, suspicious } = await scanCheckpoint(file, used.values());
  const values = [...used.values()];
  const inspection = {
    file: path,
    bytes: file.byteLength,
    sha256,
    format: file.format,
    family: family.title,
    wrapper: wrapper ?? null,
    leftAside,
    trained: file.metadata[METADATA.trained] !== "false",
    config,
    classes: classes ?? null,
    notes,
    grid: gridSize(config),
    tokens: tokenCount(config),
    parameters: values.reduce((total, { shape }) => total + sizeOf(shape), 0),
    types: [...new Set(values.map(({ dtype }) => dtype))],
    coverage: { used: used.size, ignored: ignoredByReason(examined), missing, wrongShape, wrongType, unexpected },
    suspicious,
    positions: await positionsOf(examined, suspicious),
    figures: figureNeeds(config),
    metadata: file.metadata,
  };
  return { examined, inspection };
}

function ignoredByReason({ ignored }: Examined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of ignored) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

async function positionsOf({ mapped, config, used }: Examined, suspicious: readonly ValueReport[]) {
  const tensor = used.get("backbone.pos_embed")?.parts[0]?.tensor;
  if (!tensor || suspicious.some(({ name, nonFinite }) => name === tensor.name && nonFinite > 0)) return null;
  const posEmbed = await readTensor(mapped.file, tensor.name);
  const similarity = await positionSimilarity(posEmbed, patchCount(config), cosineProduct);
  const { neighbours, distant } = positionStructure(similarity, gridSize(config));
  return { neighbours, distant, looksUntrained: !(neighbours - distant > LEAST_STRUCTURE) };
}

function figureNeeds({ depth, decoder }: SetrConfig): Record<string, string> {
  const maps =
    decoder.type === "none" ? "no U, no segmentation: an encoder alone" : `U1 to U${upsamplingCount(decoder)}`;
  return {
    "Figure 1": "yes: position embeddings",
    "Figures 2 and 4": `yes: attention of layers 1 to ${depth}`,
    "Figure 3": `Z1 to Z${depth}; ${maps}`,
  };
}
