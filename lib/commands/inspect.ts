import { sizeOf } from "../arrays";
import { openWeights, type Weights } from "../checkpoint/weights";
import { gridSize, tokenCount } from "../model/config";

/** Options of `setr inspect`. */
export interface InspectOptions {
  readonly heads?: number;
  readonly json?: boolean;
}

/** Says what a weight file holds: configuration, size, and that every tensor is accounted for. */
export async function inspectCommand(path: string, options: InspectOptions): Promise<void> {
  const weights = await openWeights(path, options.heads === undefined ? {} : { numHeads: options.heads });
  for (const note of weights.notes) console.error(note);
  const facts = describeWeights(weights);
  if (options.json) console.log(JSON.stringify(facts, null, 2));
  else for (const line of factLines(weights, facts)) console.log(line);
}

function describeWeights(weights: Weights) {
  const { file, config, parameters, ignored, trained, sha256 } = weights;
  return {
    file: file.path,
    bytes: file.byteLength,
    sha256,
    trained,
    config,
    grid: gridSize(config),
    tokens: tokenCount(config),
    parameters: [...parameters.values()].reduce((total, { shape }) => total + sizeOf(shape), 0),
    tensors: { used: parameters.size, ignored },
    types: [...new Set([...parameters.values()].map(({ dtype }) => dtype))],
    metadata: file.metadata,
  };
}

function factLines(weights: Weights, facts: ReturnType<typeof describeWeights>): string[] {
  const { config } = weights;
  const { decoder } = config;
  const details = Object.entries(decoder).filter(([name]) => name !== "type");
  return [
    `file        ${facts.file} (${(facts.bytes / 1e6).toFixed(1)} MB)`,
    `sha256      ${facts.sha256}`,
    `trained     ${facts.trained ? "yes, as far as the file says" : "no: random values"}`,
    `encoder     ${config.depth} layers, width ${config.embedDim}, ${config.numHeads} heads, feed-forward ${config.mlpDim}`,
    `image       ${config.imageHeight}x${config.imageWidth} pixels, patches of ${config.patchSize}`,
    `grid        ${facts.grid.height}x${facts.grid.width} patches, ${facts.tokens} tokens`,
    `decoder     ${[decoder.type, ...details.map(([name, value]) => `${name} ${value}`)].join(", ")}`,
    `classes     ${config.numClasses}`,
    `parameters  ${facts.parameters} (${facts.types.join(", ")})`,
    `tensors     ${facts.tensors.used} used, ${facts.tensors.ignored.length} ignored (needed for training only)`,
    ...facts.tensors.ignored.map((name) => `            ignored: ${name}`),
  ];
}
