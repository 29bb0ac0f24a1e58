import { createHash } from "node:crypto";
import { sizeOf } from "../arrays";
import { checkConfig, type SetrConfig } from "../model/config";
import { parameterShapes } from "../model/parameters";
import { type RandomStream, randomStream } from "../random";
import { METADATA } from "./metadata";
import { type TensorToWrite, writeSafetensors } from "./writeSafetensors";

/**
 * Writes seeded random weights, marked as untrained in the file's metadata.
 *
 * Matrices, kernels and embeddings are normal with standard deviation 0.02, cut at two deviations; biases 0, norms the
 * identity: the initialisation of the official release. Each tensor has a stream of its own, so a tensor does not depend
 * on those before it. Same seed, same bytes.
 *
 * @param path file to create or replace
 * @param config the model
 * @param seed a whole number
 * @param onTensor called before each tensor with its index and the number of all
 */
export async function writeUntrainedWeights(
  path: string,
  config: SetrConfig,
  seed: number,
  onTensor: (index: number, total: number) => void = () => {},
): Promise<void> {
  const shapes = [...parameterShapes(checkConfig(config))];
  const tensors = shapes.map(([name, shape], index): TensorToWrite => {
    const read = () => {
      onTensor(index, shapes.length);
      return initialValues(name, sizeOf(shape), seed);
    };
    return { name, shape, dtype: "F32", read };
  });
  await writeSafetensors(path, tensors, {
    [METADATA.config]: JSON.stringify(config),
    [METADATA.trained]: "false",
    [METADATA.origin]: `random values, seed ${seed}`,
  });
}

/**
 * The seeded random values of one tensor; see `writeUntrainedWeights`.
 *
 * @param name the tensor's name, by which norms, biases and statistics are told from the rest
 * @param length how many values
 * @param seed a whole number
 */
export function initialValues(name: string, length: number, seed: number): Float32Array {
  const values = new Float32Array(length);
  if (/\.(bias|running_mean)$/.test(name)) return values;
  if (/\.running_var$/.test(name) || isNorm(name)) return values.fill(1);
  return fillTruncatedNormal(values, randomStream(tensorSeed(name, seed)));
}

/** Layer and batch normalisations, whose weights are vectors under these names. */
function isNorm(name: string): boolean {
  return /(\.norm\d?|\.norm_\d|syncbn_fc_\d|mla_p\d(_1x1)?\.1|head\d\.[14])\.weight$/.test(name);
}

function tensorSeed(name: string, seed: number): number {
  return createHash("sha256").update(`${seed} ${name}`).digest().readUInt32LE();
}

function fillTruncatedNormal(values: Float32Array, random: RandomStream): Float32Array {
  for (let i = 0; i < values.length; i++) {
    let value = random.normal();
    while (value < -2 || value > 2) value = random.normal();
    values[i] = 0.02 * value;
  }
  return values;
}
