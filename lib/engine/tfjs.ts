import type * as Tf from "@tensorflow/tfjs";
import type { NdArray } from "../arrays";
import { setr } from "../model/model";
import { stepCount } from "../model/steps";
import { TfOps } from "../ops/tfjs";
import type { Engine, RunRequest } from "./engine";
import { parametersKey } from "./parametersKey";
import { startTfBackend, type TfBackend, type TfBackendName } from "./tfBackend";
import { attentionGradients } from "./tfGradients";
import { disposeParameters, type LoadedParameters, loadParameters } from "./tfParameters";

/**
 * TensorFlow.js: computes at once, layer by layer, and can be differentiated.
 *
 * Weights are read into the backend's memory at the first run and stay there until `release`; everything else that a run
 * makes is disposed when it ends, also when it fails or is aborted.
 *
 * @param backendName a backend; the first that starts by default
 * @throws EngineError `not-there`
 */
export async function tfjsEngine(backendName?: TfBackendName): Promise<Engine> {
  const backend = await startTfBackend(backendName);
  const loaded = new Map<string, Promise<LoadedParameters>>();
  const parametersOf = (request: Pick<RunRequest, "weights" | "config" | "values">) => {
    const key = parametersKey(request);
    const parameters = loaded.get(key) ?? loadParameters(backend, request);
    loaded.set(key, parameters);
    parameters.catch(() => loaded.delete(key));
    return parameters;
  };
  return {
    name: `tfjs-${backend.name}`,
    title: `tfjs, backend ${backend.name}: ${backend.title}`,
    run: async (request) => runSteps(backend, await parametersOf(request), request),
    attentionGradients: async (request) => attentionGradients(backend, await parametersOf(request), request),
    async release() {
      const all = await Promise.allSettled(loaded.values());
      loaded.clear();
      for (const entry of all) if (entry.status === "fulfilled") disposeParameters(entry.value);
    },
  };
}

async function runSteps(backend: TfBackend, parameters: LoadedParameters, request: RunRequest) {
  const { tf } = backend;
  const { config, input, capture, signal, onProgress } = request;
  const ops = new TfOps(tf, parameters.lookup, capture);
  const held: Tf.Tensor[] = [];
  try {
    signal?.throwIfAborted();
    await backend.activate();
    const image = tf.tensor(input.data, [...input.shape]);
    held.push(image);
    const steps = setr(ops, config, image);
    const total = stepCount(config, capture);
    for (let done = false, count = 1; !done; count++) {
      const step = tf.tidy(() => steps.next() as { done: boolean; value: Tf.Tensor }); // all but `value` is released
      if (step.value) held.push(step.value);
      done = step.done || capture.every((name) => ops.taps.has(name));
      await new Promise(setImmediate); // lets others work, and an abort arrive
      await backend.activate(); // others may have made another one current
      signal?.throwIfAborted();
      onProgress?.(count, total);
    }
    return await readTaps(ops, capture);
  } finally {
    tf.dispose([...held, ...ops.taps.values()]);
  }
}

async function readTaps(ops: TfOps, capture: readonly string[]): Promise<Map<string, NdArray>> {
  const values = new Map<string, NdArray>();
  for (const name of capture) {
    const tensor = ops.taps.get(name)!;
    values.set(name, { shape: tensor.shape, data: (await tensor.data()) as Float32Array });
  }
  return values;
}
