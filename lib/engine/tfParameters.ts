import type * as Tf from "@tensorflow/tfjs";
import { readParameters } from "../checkpoint/readParameters";
import { EngineError } from "../errors";
import { parameterShapes } from "../model/parameters";
import type { TfParameters } from "../ops/tfjs";
import type { RunRequest } from "./engine";
import type { TfBackend } from "./tfBackend";

/** A model's learned tensors in a backend's memory. */
export interface LoadedParameters {
  readonly tensors: ReadonlyMap<string, Tf.Tensor>;
  readonly lookup: TfParameters;
}

/**
 * Reads the learned tensors of a model into a backend's memory, as 32-bit floats.
 *
 * @throws CheckpointError when the file has changed since it was opened
 */
export async function loadParameters(
  backend: TfBackend,
  { weights, config, values }: Pick<RunRequest, "weights" | "config" | "values">,
): Promise<LoadedParameters> {
  const { tf } = backend;
  const tensors = new Map<string, Tf.Tensor>();
  try {
    const shapes = parameterShapes(config);
    await backend.activate();
    for (const [name, { data, shape }] of values) tensors.set(name, tf.tensor(data, [...shape]));
    const others = [...shapes.keys()].filter((name) => !values.has(name));
    await readParameters(weights, others, async (name, data) => {
      await backend.activate();
      tensors.set(name, tf.tensor(data, [...shapes.get(name)!]));
    });
  } catch (error) {
    tf.dispose([...tensors.values()]);
    throw error;
  }
  return { tensors, lookup: (name) => lookUp(tensors, name) };
}

function lookUp(tensors: ReadonlyMap<string, Tf.Tensor>, name: string): Tf.Tensor {
  const tensor = tensors.get(name);
  if (tensor) return tensor;
  throw new EngineError("parameter", `${name}: expected it among the loaded parameters, found none`);
}

/** Gives back the backend's memory. */
export function disposeParameters({ tensors }: LoadedParameters): void {
  for (const tensor of tensors.values()) tensor.dispose();
}
