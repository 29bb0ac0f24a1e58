import { realpath } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type * as Ort from "onnxruntime-node";
import type { NdArray } from "../arrays";
import { CheckpointError, EngineError } from "../errors";
import { setr } from "../model/model";
import { GraphOps, type ParameterSource } from "../ops/graph";
import { encodeOnnx, ONNX_TYPES } from "../ops/onnx";
import { finishSteps } from "../ops/ops";
import type { Engine, RunRequest } from "./engine";
import { parametersKey } from "./parametersKey";
import { SessionCache } from "./sessionCache";

/** A prepared session and, for each captured name, the graph output that holds it. */
interface Prepared {
  readonly session: Ort.InferenceSession;
  readonly outputNames: ReadonlyMap<string, string>;
}

/** How many sessions stay prepared: the last few combinations of weights, size and captures. */
const MAX_SESSIONS = 3;

/** Where ONNX Runtime computes: on the processor, or on a GPU through WebGPU. */
export type OrtProvider = "cpu" | "webgpu";

/**
 * ONNX Runtime: records the model as a graph and runs it; weights stay in their file, mapped, not copied.
 *
 * Sessions are kept by weights, configuration, input shape and captured names, and given back by `release`.
 *
 * @throws EngineError `not-there` when the package cannot be loaded, or no GPU answers
 */
export async function onnxruntimeEngine(provider: OrtProvider = "cpu"): Promise<Engine> {
  const ort = await loadOrt();
  if (provider === "webgpu") await tryWebGpu(ort);
  const sessions = new SessionCache<Prepared>(MAX_SESSIONS, ({ session }) => session.release());
  const device = provider === "cpu" ? "processor" : "GPU through WebGPU";
  return {
    name: provider === "cpu" ? "onnxruntime" : "webgpu",
    title: `onnxruntime-node ${ort.env.versions.common}, ${device}`,
    async run(request) {
      request.signal?.throwIfAborted();
      const make = () => prepare(ort, request, provider);
      return sessions.use(sessionKey(request), make, async ({ session, outputNames }) => {
        const input = new ort.Tensor("float32", request.input.data, request.input.shape);
        const results = await session.run({ input }, [...new Set(outputNames.values())]);
        request.signal?.throwIfAborted();
        return new Map(request.capture.map((name) => [name, toNdArray(results[outputNames.get(name) as string])]));
      });
    },
    release: () => sessions.clear(),
  };
}

async function loadOrt(): Promise<typeof Ort> {
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    throw new EngineError("not-there", `onnxruntime: expected the package onnxruntime-node to load, found: ${error}`);
  }
}

function sessionKey(request: RunRequest): string {
  return JSON.stringify([parametersKey(request), request.config, request.input.shape, request.capture]);
}

/** One small sum on the GPU, which fails at once where there is none. */
async function tryWebGpu(ort: typeof Ort): Promise<void> {
  const x = { name: "x", shape: [2] };
  const sum = { operator: "Add", inputs: ["x", "x"], outputs: ["y"], attributes: {} };
  const graph = encodeOnnx({ nodes: [sum], initializers: [], inputs: [x], outputs: [{ name: "y", shape: [2] }] });
  try {
    const session = await ort.InferenceSession.create(graph, { executionProviders: ["webgpu"], logSeverityLevel: 4 });
    const { y } = await session.run({ x: new ort.Tensor("float32", Float32Array.of(1, 2), [2]) });
    if ((await y!.getData()).toString() !== "2,4") throw new Error("a wrong sum");
    await session.release();
  } catch (error) {
    const message = firstLine((error as Error).message);
    const found = /Failed to .*$/.exec(message)?.[0] ?? message; // without the place in ONNX Runtime's sources
    throw new EngineError(
      "not-there",
      `webgpu: expected a GPU with a Vulkan driver and its loader (libvulkan1), found: ${found}`,
    );
  }
}

async function prepare(ort: typeof Ort, request: RunRequest, provider: OrtProvider): Promise<Prepared> {
  const path = await realpath(request.weights.dataPath);
  const ops = new GraphOps(request.input.shape, request.capture, parameterSource(request, basename(path)));
  finishSteps(setr(ops, request.config, ops.input));
  const session = await ort.InferenceSession.create(encodeOnnx(ops.finish()), {
    executionProviders: [provider],
    graphOptimizationLevel: "all",
    enableCpuMemArena: false, // the arena never shrinks: it kept the decoder's peak for good
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: {
      session: { model_external_initializers_file_folder_path: dirname(path), disable_prepacking: "1" },
    },
  }).catch((error: Error) => {
    throw new EngineError("session", `onnxruntime: cannot prepare the model: ${firstLine(error.message)}`);
  });
  return { session, outputNames: ops.outputNames() };
}

function parameterSource({ weights, values }: RunRequest, location: string): ParameterSource {
  return (name) => {
    const value = values.get(name);
    if (value) {
      const { buffer, byteOffset, byteLength } = value.data;
      return { type: "F32", data: { kind: "inline", bytes: new Uint8Array(buffer, byteOffset, byteLength) } };
    }
    const entry = weights.parameters.get(name);
    if (!entry || !Object.hasOwn(ONNX_TYPES, entry.dtype)) {
      throw new CheckpointError("tensor-dtype", `${name}: expected a float tensor, found ${entry?.dtype ?? "none"}`);
    }
    const { offset, byteLength } = entry;
    return { type: entry.dtype as keyof typeof ONNX_TYPES, data: { kind: "file", location, offset, byteLength } };
  };
}

function toNdArray(tensor: Ort.OnnxValue | undefined): NdArray {
  const { dims, data } = tensor as Ort.Tensor;
  return { shape: dims, data: data as Float32Array };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] as string;
}
