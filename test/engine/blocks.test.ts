import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import type { NdArray } from "../../lib/arrays";
import { convertCheckpoint } from "../../lib/checkpoint/convert";
import { examineCheckpoint } from "../../lib/checkpoint/examine";
import { writeUntrainedWeights } from "../../lib/checkpoint/initialise";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { computesInBlocks } from "../../lib/engine/computesInBlocks";
import type { EngineName } from "../../lib/engine/open";
import { setr } from "../../lib/model/model";
import { variantConfig } from "../../lib/model/variants";
import { GraphOps } from "../../lib/ops/graph";
import { encodeOnnx, ONNX_BLOCKED } from "../../lib/ops/onnx";
import { finishSteps } from "../../lib/ops/ops";
import { openSetr } from "../../lib/setr";
import { distance, fixture } from "../fixtures";

const folder = await mkdtemp(join(tmpdir(), "setr-blocks-"));
afterAll(() => rm(folder, { recursive: true }));

/** Whether the processor is known to have such convolutions. */
const EXPECTED = process.arch === "x64";
const there = EXPECTED || (await computesInBlocks(ort));
if (!there) console.log(`skipped: convolutions on blocks of channels (ONNX Runtime has none on ${process.arch})`);

test.runIf(EXPECTED)("convolutions on blocks of channels are there, and found to be right", async () => {
  expect(await computesInBlocks(ort)).toBe(true);
});

test("where they are missing or multiply wrongly, they are not used", async () => {
  const missing = { InferenceSession: { create: () => Promise.reject(new Error("no such operator")) } };
  expect(await computesInBlocks(missing as never)).toBe(false);
  const create = async (graph: Uint8Array, options: object) => {
    const session = await ort.InferenceSession.create(graph, options);
    const run = async (feeds: ort.InferenceSession.FeedsType) => {
      const results = await session.run(feeds);
      const [values] = Object.values(results) as [ort.Tensor];
      (values.data as Float32Array)[17]! += 1;
      return results;
    };
    return { run, release: () => session.release() };
  };
  expect(await computesInBlocks({ ...ort, InferenceSession: { create } } as never)).toBe(false);
});

test.runIf(there)("in blocks, the official models compute what the official modules compute", async () => {
  const expected = await openSafetensors(fixture("setr-pup-official.expected.safetensors"));
  const numHeads = Number(expected.metadata.heads);
  const { weights, config, posEmbed } = await openSetr(fixture("setr-pup-official.safetensors"), { numHeads });
  const file = await openSafetensors(weights.path);
  const values = new Map<string, NdArray>([["backbone.pos_embed", posEmbed]]);
  for (const name of weights.parameters.keys()) values.set(name, await readTensor(file, name));
  const input = await readTensor(expected, "input");
  const wanted = ["Z1", "Z2", "A2", "logits"];
  const source = (name: string) => {
    const { buffer, byteOffset, byteLength } = values.get(name)!.data;
    return { type: "F32", data: { kind: "inline", bytes: new Uint8Array(buffer, byteOffset, byteLength) } } as const;
  };
  const ops = new GraphOps(input.shape, wanted, source, true, 1);
  finishSteps(setr(ops, config, ops.input));
  const [graph] = ops.finish();
  expect(graph!.nodes.filter(({ domain }) => domain === ONNX_BLOCKED).length).toBeGreaterThan(0);
  const session = await ort.InferenceSession.create(encodeOnnx(graph!), { graphOptimizationLevel: "disabled" });
  const results = await session.run({ input: new ort.Tensor("float32", input.data, input.shape) });
  for (const name of wanted) {
    const { dims, data } = results[ops.outputNames().get(name)!]!;
    const found = { shape: dims, data: data as Float32Array };
    expect.soft(distance(await readTensor(expected, name), found), name).toBeLessThanOrEqual(1e-4);
  }
  await session.release();
});

describe("a model of a width of 512", async () => {
  const config = { ...variantConfig("pup-small", { imageHeight: 48, imageWidth: 64 }), ...wide() };
  const [single, half] = [join(folder, "wide.safetensors"), join(folder, "wide-half.safetensors")];
  await writeUntrainedWeights(single, config, 3);
  await convertCheckpoint(await examineCheckpoint(single), half, { dtype: "F16" });
  const shape = [2, 3, 48, 64];
  const input = { shape, data: Float32Array.from({ length: 2 * 3 * 48 * 64 }, (_, i) => Math.sin(i * 0.37)) };
  const capture = ["Z*", "A*", "A*.mean", "logits"];
  const valuesOn = async (path: string, engine: EngineName) => {
    const model = await openSetr(path, { engine, cache: false });
    const { values } = await model.run(input, { capture });
    await model.close();
    return values;
  };

  test.each([
    ["single", single],
    ["half", half],
  ])("gives what the other engine gives, for two pictures at once, from weights of %s precision", async (_, path) => {
    const [found, expected] = [await valuesOn(path, "onnxruntime"), await valuesOn(path, "tfjs-wasm")];
    expect([...found.keys()]).toEqual([...expected.keys()]);
    for (const [name, value] of expected) expect.soft(distance(value, found.get(name)!), name).toBeLessThan(1e-4);
  });

  test("has a convolution in blocks for each product with weights, and lays weights out one at a time", () => {
    const data = { kind: "file", location: "weights", offset: 0, byteLength: 4 } as const;
    const nodesFrom = (width: number) => {
      const ops = new GraphOps(shape, ["Z1"], () => ({ type: "F32", data }), true, width);
      finishSteps(setr(ops, config, ops.input));
      return ops.finish()[0]!.nodes;
    };
    const nodes = nodesFrom(512);
    const count = (operator: string) => nodes.filter((node) => node.operator === operator && node.domain).length;
    expect([count("Conv"), count("ReorderInput"), count("ReorderOutput")]).toEqual([4, 4 + 3, 3]); // fc1 goes on to fc2
    expect(nodes.some(({ operator }) => operator === "Gemm")).toBe(false);
    const last = nodes.findLastIndex(({ operator, inputs }) => operator === "Reshape" && /weight$/.test(inputs[0]!));
    const first = nodes.findIndex(({ operator, domain }) => operator === "Conv" && domain);
    expect(last).toBeLessThan(first); // ahead of the rest, from where ONNX Runtime fetches each when it is needed
    expect(nodesFrom(513).filter(({ operator }) => operator === "Gemm")).toHaveLength(4);
  });
});

function wide() {
  return { embedDim: 512, mlpDim: 1024, numHeads: 8, depth: 2 };
}
