import type * as Tf from "@tensorflow/tfjs";
import { toFloat32 } from "../checkpoint/dtype";
import { readBytes, withFile } from "../checkpoint/fileBytes";
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
    await withFile(weights.dataPath, async (file) => {
      for (const [name, shape] of parameterShapes(config)) {
        const value = values.get(name);
        const range = weights.parameters.get(name);
        await backend.activate();
        if (value) tensors.set(name, tf.tensor(value.data, [...shape]));
        else if (range) {
          const bytes = await readBytes(file, range.offset, range.byteLength);
          await backend.activate();
          tensors.set(name, tf.tensor(toFloat32(bytes, range.dtype), [...shape]));
        }
      }
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
