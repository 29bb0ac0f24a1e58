import { basename } from "node:path";
import { tokenCount } from "./model/config";
import type { Run, Setr } from "./setr";

/**
 * What a model is, in a few lines: file, origin, whether it is trained, sizes.
 *
 * @returns lines joined by line ends
 */
export function describeModel({ weights, config, grid, engineTitle }: Setr): string {
  const { path, trained, sha256, notes } = weights;
  const origin = weights.origin ?? "not stated in the file";
  const decoder = config.decoder.type === "none" ? "no decoder" : `${config.decoder.type.toUpperCase()} decoder`;
  return [
    `${basename(path)}, sha256 ${sha256.slice(0, 12)}`,
    `${trained ? "taken to be trained" : "UNTRAINED: structure in the figures is chance"}; origin: ${origin}`,
    `encoder: ${config.depth} layers, width ${config.embedDim}, ${config.numHeads} heads; ${decoder}, ${config.numClasses} classes`,
    `input: ${config.imageHeight}x${config.imageWidth} pixels, ${grid.height}x${grid.width} patches, ${tokenCount(config)} tokens`,
    `engine: ${engineTitle}`,
    ...notes,
  ].join("\n");
}

/**
 * Where the values of a run came from, in a line: "24 values in 0.31 s: 24 from the disk cache".
 *
 * @param run with its statistics
 */
export function describeRun({ values, seconds, stats }: Pick<Run, "values" | "seconds" | "stats">): string {
  const { computed, fromMemory, fromDisk } = stats;
  const sources = [
    ...(computed.length > 0 ? [`${computed.length} computed`] : []),
    ...(fromMemory.length > 0 ? [`${fromMemory.length} from memory`] : []),
    ...(fromDisk.length > 0 ? [`${fromDisk.length} from the disk cache`] : []),
  ];
  const count = `${values.size} value${values.size === 1 ? "" : "s"}`;
  return `${count} in ${seconds.toFixed(2)} s${sources.length > 0 ? `: ${sources.join(", ")}` : ""}`;
}
