// P patches, N tokens, C width, M hidden width, K classes, h x w patch grid
import type { SetrConfig } from "setr";
import { patchCount, tokenCount } from "setr/dist/model/config";

/**
 * Floating-point operations of one forward pass, a multiplication and an addition as two: linear layers, attention and
 * convolutions. What grows only with the number of values (norms, GELU, softmax, interpolation) is left out, about 1 %.
 *
 * @param config a model with a Naive or PUP decoder, classes scored before the last interpolation
 */
export function forwardFlop(config: SetrConfig): number {
  return 2 * (embedding(config) + config.depth * encoderLayer(config) + decoder(config));
}

function embedding(config: SetrConfig): number {
  return patchCount(config) * 3 * config.patchSize ** 2 * config.embedDim;
}

function encoderLayer(config: SetrConfig): number {
  const { embedDim, mlpDim } = config;
  const tokens = tokenCount(config);
  const linear = tokens * embedDim * (3 * embedDim + embedDim + 2 * mlpDim); // qkv, projection, both of the MLP
  const attention = 2 * tokens * tokens * embedDim; // queries with keys, probabilities with values
  return linear + attention;
}

function decoder(config: SetrConfig): number {
  const { decoder, embedDim, numClasses } = config;
  const patches = patchCount(config);
  if ((decoder.type !== "naive" && decoder.type !== "pup") || decoder.order !== "official") {
    throw new Error(`decoder: expected the official Naive or PUP, found ${decoder.type}`);
  }
  const { channels } = decoder;
  if (decoder.type === "naive") return patches * channels * (embedDim + numClasses);
  const first = patches * 9 * embedDim * channels;
  const later = [4, 16, 64].map((area) => area * patches * 9 * channels * channels); // 2h x 2w, 4h x 4w, 8h x 8w
  return later.reduce((sum, each) => sum + each, first) + 64 * patches * channels * numClasses;
}
