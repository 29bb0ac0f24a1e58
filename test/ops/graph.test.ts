import { expect, test } from "vitest";
import { setr } from "../../lib/model/model";
import { variantConfig } from "../../lib/model/variants";
import { GraphOps } from "../../lib/ops/graph";
import { encodeOnnx, type OnnxGraph } from "../../lib/ops/onnx";
import { finishSteps } from "../../lib/ops/ops";

const config = variantConfig("pup-small", { imageHeight: 48, imageWidth: 80 });
const inFile = { kind: "file", location: "weights", offset: 0, byteLength: 4 } as const;

function graphOf(wanted: string[], type: "F32" | "F16" = "F32") {
  const ops = new GraphOps([1, 3, 48, 80], wanted, () => ({ type, data: inFile }));
  finishSteps(setr(ops, config, ops.input));
  const [graph] = ops.finish() as [OnnxGraph];
  return { graph, outputNames: ops.outputNames() };
}

test("a graph holds only what the wanted values need", () => {
  const { graph } = graphOf(["Z1"]);
  const names = graph.initializers.map((initializer) => initializer.name);
  expect(names).toContain("backbone.blocks.0.mlp.fc2.weight");
  expect(names.filter((name) => /blocks\.[1-9]|decode_head/.test(name))).toEqual([]);
  expect(graph.outputs).toHaveLength(1);
});

test("two names of one value share one output", () => {
  const { graph, outputNames } = graphOf(["U5", "logits"]);
  expect(graph.outputs).toHaveLength(1);
  expect(outputNames.get("U5")).toBe(outputNames.get("logits"));
});

test("derived values cost nothing unless they are wanted", () => {
  const nodes = (wanted: string[]) => graphOf(wanted).graph.nodes.length;
  expect(nodes(["logits", "U4.features"])).toBe(nodes(["logits"]) + 1);
  const { numHeads } = config;
  // A factor; for each head after the first a sum, and two nodes each to have the head and its product wait.
  expect(nodes(["logits", "A1.mean"])).toBe(nodes(["logits"]) + 1 + (numHeads - 1) * 5);
});

test("each map is added to the sum of its layer before it is used, and used before the next map is made", () => {
  const { graph } = graphOf(["Z1", "A1.mean"]);
  const maker = (name: string) => graph.nodes.find(({ outputs }) => outputs.includes(name));
  const needs = (name: string, found = new Set<string>()): Set<string> => {
    for (const input of maker(name)?.inputs ?? []) if (!found.has(input)) needs(input, found.add(input));
    return found;
  };
  const made = (operator: string) =>
    graph.nodes.filter((node) => node.operator === operator).map(({ outputs }) => outputs[0] as string);
  const [maps, contexts] = [made("Softmax"), made("MatMul")];
  const sums = made("Add").filter((sum) => maps.some((map) => maker(sum)?.inputs.includes(map)));
  expect(sums).toHaveLength(config.numHeads - 1);
  for (const [at, sum] of sums.entries()) {
    expect(needs(contexts[at + 1] as string)).toContain(sum);
    expect(needs(maps[at + 1] as string)).toContain(contexts[at]);
  }
});

test("attention head by head takes one cut into heads, and two products and a softmax for each", () => {
  const { graph } = graphOf(["Z1"]);
  const count = (name: string) => graph.nodes.filter(({ operator }) => operator === name).length;
  expect(count("Split")).toBe(1);
  for (const operator of ["FusedMatMul", "Softmax", "MatMul"]) expect(count(operator)).toBe(config.numHeads);
  expect(count("Slice")).toBe(0);
});

test("half-precision weights are widened once, where they enter", () => {
  const { graph } = graphOf(["Z1"], "F16");
  const parameters = graph.initializers.filter(({ data }) => data.kind === "file").length;
  expect(graph.nodes.filter(({ operator }) => operator === "Cast")).toHaveLength(parameters);
});

test("weights are referenced, not copied: the model of 24 layers is small", () => {
  expect(encodeOnnx(graphOf(["logits"]).graph).byteLength).toBeLessThan(200_000);
});

test("cut between layers, graphs hand on what later ones need, and nothing else", () => {
  const source = () => ({ type: "F32", data: inFile }) as const;
  const ops = new GraphOps([1, 3, 48, 80], ["Z1", "A2.mean"], source);
  finishSteps(setr(ops, config, ops.input), () => ops.cut());
  const graphs = ops.finish();
  expect(graphs.length).toBe(3); // embeddings, layer 1, layer 2 up to its attention
  const names = graphs.map(({ inputs, outputs }) => [inputs, outputs].map((values) => values.map(({ name }) => name)));
  const outputNames = ops.outputNames();
  expect(names[0]).toEqual([["input"], names[1]![0]]);
  expect(names[1]![1]).toEqual([outputNames.get("Z1")]);
  expect(names[2]).toEqual([[outputNames.get("Z1")], [outputNames.get("A2.mean")]]);
  expect(graphs[1]!.outputs[0]!.shape).toEqual([1, 16, config.embedDim]);
  const parameters = graphs.map(({ initializers }) => initializers.map(({ name }) => name).join(" "));
  expect(parameters[0]).toContain("backbone.pos_embed");
  expect(parameters[1]).toContain("blocks.0.attn.qkv.weight");
  expect(parameters[1]).not.toContain("blocks.1");
  expect(parameters[2]).not.toContain("blocks.1.mlp");
});
