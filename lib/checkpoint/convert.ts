import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { writeBeside } from "../files";
import { checkConfig, gridSize, patchCount, type SetrConfig } from "../model/config";
import { type PosEmbedResize, resizePosEmbed } from "../model/posEmbed";
import type { OnProgress } from "../progress";
import { arrayInStoredType, inModelLayout, inStoredType, storedBytes } from "./convertValues";
import { toFloat32 } from "./dtype";
import type { Examined } from "./examine";
import type { MappedPart, MappedTensor } from "./mapNames";
import { METADATA } from "./metadata";
import { lookAtValues, type ValueReport } from "./nonFinite";
import { visitTensors } from "./readTensors";
import { checkFinite } from "./scan";
import { headerBytes } from "./writeSafetensors";

/** How to convert a checkpoint. */
export interface ConvertOptions {
  /** Stored type; by default half precision stays as it is and everything else becomes single. */
  readonly dtype?: "F32" | "F16";
  /** Image size to resize the position embeddings to; the checkpoint's own by default. */
  readonly imageSize?: { readonly height: number; readonly width: number };
  /** How to resize them; see `resizePosEmbed`. */
  readonly posEmbedResize?: PosEmbedResize;
  /** Told the bytes of the source that are read. */
  readonly onProgress?: OnProgress;
}

/** One tensor of the result and where it goes. */
interface Target {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "F32" | "F16";
  readonly mapped: MappedTensor;
  /** Absolute position in the result. */
  readonly offset: number;
}

const NO_HASH = "0".repeat(64);

/**
 * Writes a checkpoint as .safetensors with the model's names, layout and configuration, reading the source once.
 *
 * Tensors are written to their places in the order in which the source is read, so that one storage is in memory at a
 * time. The result says which file it comes from, with its hash; converting it again gives the same bytes.
 *
 * @param examined a complete checkpoint
 * @param path file to create or replace
 * @throws CheckpointError `not-finite`; `half-range` when a value does not fit half precision; `changed`, `damaged`;
 *   ConfigError `image-size`
 */
export async function convertCheckpoint(examined: Examined, path: string, options: ConvertOptions = {}): Promise<void> {
  const size = options.imageSize ?? { height: examined.config.imageHeight, width: examined.config.imageWidth };
  const config = checkConfig({ ...examined.config, imageHeight: size.height, imageWidth: size.width });
  const targets = placeTargets(examined, config, options.dtype);
  await writeBeside(path, async (temporaryPath) => {
    const handle = await open(temporaryPath, "wx");
    try {
      const sha256 = await writeTensors(handle, examined, config, targets, options);
      const header = resultHeader(examined, config, targets, sha256);
      await handle.write(header, 0, header.length, 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

function placeTargets(examined: Examined, config: SetrConfig, dtype: ConvertOptions["dtype"]): Target[] {
  const places = [...examined.used.values()].map((mapped): Target => {
    const isPosEmbed = mapped.name === "backbone.pos_embed";
    const shape = isPosEmbed ? [1, 1 + patchCount(config), config.embedDim] : mapped.shape;
    return { name: mapped.name, shape, dtype: dtype ?? (mapped.dtype === "F16" ? "F16" : "F32"), mapped, offset: 0 };
  });
  let offset = resultHeader(examined, config, places, NO_HASH).length;
  return places.map((place) => {
    const target = { ...place, offset };
    offset += storedBytes(place.shape, place.dtype);
    return target;
  });
}

/** The header of the result; as long for every hash. What an earlier conversion said of its source is kept. */
function resultHeader(examined: Examined, config: SetrConfig, targets: readonly Target[], sha256: string): Buffer {
  const { file, family } = examined.mapped;
  const said = file.metadata;
  const kept = [METADATA.origin, METADATA.classes, METADATA.training].filter((key) => said[key] !== undefined);
  return headerBytes(targets, {
    [METADATA.config]: JSON.stringify(config),
    [METADATA.trained]: said[METADATA.trained] ?? "true",
    ...Object.fromEntries(kept.map((key) => [key, said[key] as string])),
    [METADATA.family]: said[METADATA.family] ?? family.name,
    [METADATA.source]: said[METADATA.source] ?? basename(file.path),
    [METADATA.sourceSha256]: said[METADATA.sourceSha256] ?? sha256,
  });
}

/** Writes every tensor to its place; returns the SHA-256 of the source. */
async function writeTensors(
  handle: FileHandle,
  examined: Examined,
  config: SetrConfig,
  targets: readonly Target[],
  options: ConvertOptions,
): Promise<string> {
  const { file } = examined.mapped;
  const hash = createHash("sha256");
  const places = placesByTensor(targets);
  const reports: ValueReport[] = [];
  let read = 0;
  const onBytes = (chunk: Uint8Array) => {
    hash.update(chunk);
    read += chunk.length;
    options.onProgress?.(read, file.byteLength);
  };
  for await (const { tensor, bytes } of visitTensors(file, { names: places.keys(), onBytes })) {
    reports.push({ name: tensor.name, shape: tensor.shape, ...lookAtValues(bytes, tensor.dtype) });
    if (reports.at(-1)!.nonFinite > 0) continue; // refused after the pass, with all others
    for (const { target, part, index } of places.get(tensor.name)!) {
      const stored =
        target.name === "backbone.pos_embed"
          ? resizedPosEmbed(examined.config, config, target, part, bytes, options.posEmbedResize)
          : inStoredType(tensor.name, inModelLayout(part, bytes), tensor.dtype, target.dtype);
      await handle.write(stored, 0, stored.length, target.offset + index * stored.length);
    }
  }
  checkFinite(file.path, reports);
  return hash.digest("hex");
}

/** For each tensor of the source, the targets it is part of, and its place among the parts. */
function placesByTensor(targets: readonly Target[]) {
  const places = new Map<string, { target: Target; part: MappedPart; index: number }[]>();
  for (const target of targets) {
    target.mapped.parts.forEach((part, index) => {
      const others = places.get(part.tensor.name) ?? [];
      places.set(part.tensor.name, [...others, { target, part, index }]);
    });
  }
  return places;
}

function resizedPosEmbed(
  from: SetrConfig,
  to: SetrConfig,
  target: Target,
  { tensor }: MappedPart,
  bytes: Uint8Array,
  how: PosEmbedResize | undefined,
): Uint8Array {
  const posEmbed = { shape: tensor.shape, data: toFloat32(bytes, tensor.dtype) };
  return arrayInStoredType(target.name, resizePosEmbed(posEmbed, gridSize(from), gridSize(to), how), target.dtype);
}
