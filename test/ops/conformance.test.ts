import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { type NdArray, sizeOf } from "../../lib/arrays";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import type { EngineName } from "../../lib/engine/open";
import { startTfBackend, type TfBackendName } from "../../lib/engine/tfBackend";
import { GraphOps } from "../../lib/ops/graph";
import { encodeOnnx } from "../../lib/ops/onnx";
import type { Ops, Tensor } from "../../lib/ops/ops";
import { TfOps } from "../../lib/ops/tfjs";
import { enginesHere } from "../engines";
import { distance, fixture } from "../fixtures";

const file = await openSafetensors(fixture("operations.safetensors"));
const tensors = new Map<string, NdArray>();
for (const name of file.tensors.keys()) tensors.set(name, await readTensor(file, name));

/** The operation under test, on tensors by name. */
type Case = <T extends Tensor>(ops: Ops<T>, get: (name: string) => T) => T;

/** One row per operation and way of using it; what PyTorch computes is in the fixture under the same name. */
const CASES: Readonly<Record<string, Case>> = {
  linear: (ops, get) => ops.linear(get("x"), get("weight"), get("bias")),
  matMul: (ops, get) => ops.matMul(get("a"), get("b")),
  attention: (ops, get) => ops.attention("A1", get("qkv"), 3),
  layerNorm: (ops, get) => ops.layerNorm(get("x"), get("scale"), get("shift"), 1e-6),
  gelu: (ops, get) => ops.gelu(get("wide")),
  relu: (ops, get) => ops.relu(get("wide")),
  softmax: (ops, get) => ops.softmax(get("x")),
  "softmax of large values": (ops, get) => ops.softmax(ops.scale(get("wide"), 100)),
  "conv2d 3x3": (ops, get) => ops.conv2d(get("image"), get("kernel3"), get("channels"), { stride: 1, padding: 1 }),
  "conv2d 1x1 without bias": (ops, get) =>
    ops.conv2d(get("image"), get("kernel1"), undefined, { stride: 1, padding: 0 }),
  "conv2d of patches": (ops, get) =>
    ops.conv2d(get("image"), get("kernel2"), get("channels"), { stride: 2, padding: 0 }),
  batchNorm: (ops, get) => {
    const [weight, bias, runningMean, runningVar] = ["image_scale", "image_shift", "mean", "var"].map(get) as never[];
    return ops.batchNorm(
      get("image"),
      { weight: weight!, bias: bias!, runningMean: runningMean!, runningVar: runningVar! },
      1e-5,
    );
  },
  "resizeBilinear, twice as large": (ops, get) =>
    ops.resizeBilinear(get("image"), { height: 12, width: 16, alignCorners: false }),
  "resizeBilinear, corners aligned": (ops, get) =>
    ops.resizeBilinear(get("image"), { height: 24, width: 32, alignCorners: true }),
  "resizeBilinear, odd and smaller": (ops, get) =>
    ops.resizeBilinear(get("image"), { height: 5, width: 3, alignCorners: false }),
  concat: (ops, get) => ops.concat([get("x"), ops.broadcastTo(get("row"), [2, 1, 7])], 1),
  slice: (ops, get) => ops.slice(get("x"), 1, 1, 4),
  reshape: (ops, get) => ops.reshape(get("x"), [2, 35]),
  transpose: (ops, get) => ops.transpose(get("a"), [0, 2, 3, 1]),
  broadcastTo: (ops, get) => ops.broadcastTo(get("row"), [2, 1, 7]),
  add: (ops, get) => ops.add(get("x"), get("row")),
  "add of equals": (ops, get) => ops.add(get("x"), get("x")),
  scale: (ops, get) => ops.scale(get("x"), 0.25),
  mean: (ops, get) => ops.mean(get("a"), 1),
};

async function onOnnx(run: Case, provider: "cpu" | "webgpu"): Promise<NdArray> {
  const x = tensors.get("x")!; // the graph's input; everything else lies in the graph
  const ops = new GraphOps(x.shape, ["result"], (name) => {
    const { data } = tensors.get(name)!;
    return {
      type: "F32",
      data: { kind: "inline", bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) },
    };
  });
  const get = (name: string) => (name === "x" ? ops.input : ops.parameter(name, tensors.get(name)!.shape));
  const result = run(ops, get);
  ops.tap("result", result);
  const session = await ort.InferenceSession.create(encodeOnnx(ops.finish()[0]!), {
    executionProviders: [provider],
    logSeverityLevel: 3,
  });
  const feeds = session.inputNames.includes("input") ? { input: new ort.Tensor("float32", x.data, x.shape) } : {};
  const output = (await session.run(feeds))[ops.outputNames().get("result")!]!;
  expect(result.shape, "the shape worked out in advance").toEqual(output.dims);
  const found = { shape: output.dims, data: (await output.getData()) as Float32Array };
  await session.release();
  return found;
}

async function onTfjs(run: Case, backendName: TfBackendName): Promise<NdArray> {
  const { tf, activate } = await startTfBackend(backendName);
  await activate();
  const before = tf.memory().numTensors;
  const result = tf.tidy(() => {
    const ops = new TfOps(tf, () => tf.scalar(0), []);
    return run(ops, (name) => tf.tensor(tensors.get(name)!.data, [...tensors.get(name)!.shape]));
  });
  const found = { shape: result.shape, data: (await result.data()) as Float32Array };
  result.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return found;
}

function runOn(engine: EngineName, run: Case): Promise<NdArray> {
  if (engine.startsWith("tfjs-")) return onTfjs(run, engine.slice("tfjs-".length) as TfBackendName);
  return onOnnx(run, engine === "webgpu" ? "webgpu" : "cpu");
}

describe.each(await enginesHere())("on %s", (engine) => {
  test.each(Object.keys(CASES))("%s is what PyTorch computes", async (name) => {
    const expected = tensors.get(`result: ${name}`)!;
    const found = await runOn(engine, CASES[name]!);
    expect(found.data).toHaveLength(sizeOf(expected.shape));
    expect(distance(found, expected)).toBeLessThan(1e-5);
  });
});

test("the table has a row for every operation of the interface, and an expected value for every row", () => {
  const operations = Object.getOwnPropertyNames(TfOps.prototype).filter(
    (name) => !["constructor", "parameter", "tap", "derive"].includes(name),
  );
  const tested = new Set(Object.keys(CASES).map((name) => /^\w+/.exec(name)![0]));
  expect([...tested].sort()).toEqual(operations.sort());
  expect([...tensors.keys()].filter((name) => name.startsWith("result: ")).length).toBe(Object.keys(CASES).length);
});
