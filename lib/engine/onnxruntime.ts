import { realpath } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type * as Ort from "onnxruntime-node";
import { type NdArray, sizeOf } from "../arrays";
import { CheckpointError, EngineError } from "../errors";
import { setr } from "../model/model";
import { GraphOps, type ParameterSource } from "../ops/graph";
import { encodeOnnx, ONNX_TYPES, type OnnxGraph } from "../ops/onnx";
import { finishSteps } from "../ops/ops";
import { computesInBlocks } from "./computesInBlocks";
import type { Engine, RunRequest } from "./engine";
import { keepFreedMemory, returnFreedMemory } from "./freedMemory";
import { collectGarbageBefore } from "./garbage";
import { SessionCache } from "./sessionCache";

/** The prepared graphs of a model, in the order in which they run. */
interface Prepared {
  readonly stretches: readonly Stretch[];
  /** For each captured name, the graph output that holds it. */
  readonly outputNames: ReadonlyMap<string, string>;
  /** Of all captured values. */
  readonly capturedBytes: number;
}

/** One graph: a layer or a step of the decoder. */
interface Stretch {
  readonly session: Ort.InferenceSession;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** How many sessions stay prepared: the last few combinations of weights, size and captures. */
const MAX_SESSIONS = 3;

/**
 * How long threads look for work before they sleep. Each graph has threads of its own: new ones that spin as long as ONNX
 * Runtime has them by default hold up the preparation of the next graphs, and those of a graph that has ended the next run.
 */
export const SPINNING = { force_spinning_stop: "1", "intra_op.spin_duration_us": "200" } as const;

/** Width of layers from which on convolutions are the faster products, although weights are laid out for them in every pass. */
const BLOCKS_FROM = 512;

/** Weights of a convolution, beyond which copying them costs more than it brings: the first of the decoder of T-Large. */
const LARGEST_REWRITTEN = 2 ** 20;

/** Where ONNX Runtime computes: on the processor, or on a GPU through WebGPU. */
export type OrtProvider = "cpu" | "webgpu";

/**
 * ONNX Runtime: records the model as graphs, one per layer, and runs them; weights stay in their file, mapped, not copied.
 *
 * Sessions are kept by weights, configuration, input shape and captured names, and given back by `release`.
 *
 * @param threads with which it computes on the processor; as many as it chooses by default
 * @throws EngineError `not-there` when the package cannot be loaded, or no GPU answers
 */
export async function onnxruntimeEngine(provider: OrtProvider = "cpu", threads?: number): Promise<Engine> {
  const ort = await loadOrt();
  await keepFreedMemory();
  if (provider === "webgpu") await tryWebGpu(ort);
  const sessions = new SessionCache<Prepared>(MAX_SESSIONS, async ({ stretches }) => {
    for (const { session } of stretches) await session.release();
  });
  const device = provider === "cpu" ? "processor" : "GPU through WebGPU";
  return {
    name: provider === "cpu" ? "onnxruntime" : "webgpu",
    title: `onnxruntime-node ${ort.env.versions.common}, ${device}`,
    async run(request) {
      request.signal?.throwIfAborted();
      const make = () => prepare(ort, request, provider, threads);
      return sessions.use(sessionKey(request), make, async (prepared) => {
        collectGarbageBefore(prepared.capturedBytes);
        const values = await runStretches(ort, prepared, request);
        return new Map(request.capture.map((name) => [name, values.get(prepared.outputNames.get(name) as string)!]));
      });
    },
    async release() {
      await sessions.clear();
      returnFreedMemory();
    },
  };
}

/** Loads ONNX Runtime, its telemetry off: nothing leaves the machine. */
export async function loadOrt(): Promise<typeof Ort> {
  process.env.ORT_DISABLE_TELEMETRY ??= "1"; // read when the library is loaded
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    throw new EngineError("not-there", `onnxruntime: expected the package onnxruntime-node to load, found: ${error}`);
  }
}

function sessionKey({ weights, values, config, input, capture }: RunRequest): string {
  return JSON.stringify([weights.dataPath, weights.sha256, [...values.keys()], config, input.shape, capture]);
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

/** Runs graph after graph, so that a run can be stopped between them and nothing outlives its last use. */
async function runStretches(ort: typeof Ort, { stretches, outputNames }: Prepared, request: RunRequest) {
  const captured = new Set(outputNames.values());
  const given = [...request.values, ["input", request.input] as const];
  const values = new Map<string, Ort.Tensor>(
    given.map(([name, { data, shape }]) => [name, new ort.Tensor("float32", data, shape)]),
  );
  for (const [index, { session, inputs, outputs }] of stretches.entries()) {
    const feeds = Object.fromEntries(inputs.map((name) => [name, values.get(name)!]));
    const results = await session.run(feeds, outputs);
    for (const name of outputs) values.set(name, results[name] as Ort.Tensor);
    const later = new Set(stretches.slice(index + 1).flatMap((stretch) => stretch.inputs));
    for (const name of values.keys()) if (!captured.has(name) && !later.has(name)) values.delete(name);
    request.signal?.throwIfAborted();
    request.onProgress?.(index + 1, stretches.length);
  }
  return new Map([...values].map(([name, tensor]) => [name, toNdArray(tensor)]));
}

async function prepare(
  ort: typeof Ort,
  request: RunRequest,
  provider: OrtProvider,
  threads: number | undefined,
): Promise<Prepared> {
  const path = await realpath(request.weights.dataPath);
  const source = parameterSource(request, basename(path));
  const blocksFrom = provider === "cpu" && (await computesInBlocks(ort)) ? BLOCKS_FROM : Number.POSITIVE_INFINITY;
  const ops = new GraphOps(request.input.shape, request.capture, source, provider === "cpu", blocksFrom);
  // On a GPU values would travel to and fro at every cut.
  finishSteps(setr(ops, request.config, ops.input), () => provider === "cpu" && ops.cut());
  const graphs = ops.finish();
  const stretches: Stretch[] = [];
  for (const graph of graphs) {
    const options = sessionOptions(gainsByRewriting(graph), dirname(path), provider, threads);
    const session = await ort.InferenceSession.create(encodeOnnx(graph), options).catch((error: Error) => {
      throw new EngineError("session", `onnxruntime: cannot prepare the model: ${firstLine(error.message)}`);
    });
    stretches.push({ session, inputs: graph.inputs.map(nameOf), outputs: graph.outputs.map(nameOf) });
  }
  const outputNames = ops.outputNames();
  return { stretches, outputNames, capturedBytes: bytesOf(graphs, new Set(outputNames.values())) };
}

/** Of those outputs of some graphs. */
function bytesOf(graphs: readonly OnnxGraph[], names: ReadonlySet<string>): number {
  const values = graphs.flatMap(({ outputs }) => outputs).filter(({ name }) => names.has(name));
  return values.reduce((total, { shape }) => total + sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT, 0);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

/** Whether rewriting a graph brings more than it costs: where weights are converted, and convolutions can work in blocks. */
function gainsByRewriting({ nodes, initializers }: OnnxGraph): boolean {
  const sizes = new Map(initializers.map(({ name, shape }) => [name, sizeOf(shape)]));
  return nodes.some(({ operator, domain, inputs }) => {
    if (domain) return false;
    return operator === "Cast" || (operator === "Conv" && sizes.get(inputs[1]!)! <= LARGEST_REWRITTEN);
  });
}

function sessionOptions(
  rewritten: boolean,
  weightsFolder: string,
  provider: OrtProvider,
  threads: number | undefined,
): Ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    graphOptimizationLevel: rewritten ? "all" : "disabled",
    enableCpuMemArena: false, // the arena never shrinks: it kept the decoder's peak for good
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: {
      session: {
        model_external_initializers_file_folder_path: weightsFolder,
        disable_prepacking: "1",
        ...SPINNING,
      },
    },
  };
}

/** Parameters lie in the weight file, but for those that are handed over as values: they are inputs. */
function parameterSource({ weights, values }: RunRequest, location: string): ParameterSource {
  return (name) => {
    if (values.has(name)) return undefined;
    const entry = weights.parameters.get(name);
    if (!entry || !Object.hasOwn(ONNX_TYPES, entry.dtype)) {
      throw new CheckpointError("tensor-dtype", `${name}: expected a float tensor, found ${entry?.dtype ?? "none"}`);
    }
    const { offset, byteLength } = entry;
    return { type: entry.dtype as keyof typeof ONNX_TYPES, data: { kind: "file", location, offset, byteLength } };
  };
}

function toNdArray({ dims, data }: Ort.Tensor): NdArray {
  return { shape: dims, data: data as Float32Array };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] as string;
}
