// N tokens, L layers
import { setImmediate } from "node:timers/promises";
import type * as Ort from "onnxruntime-node";
import type { RolloutProduct } from "../analysis/rollout";
import { encodeOnnx, type GraphNode, type OnnxGraph } from "../ops/onnx";
import { onnxConstant, onnxNode } from "../ops/onnxParts";
import { PRODUCT_OPTIONS } from "./matrixProduct";
import { loadOrt } from "./onnxruntime";
import { SessionCache } from "./sessionCache";

/** Floating-point operations of a graph: a fraction of a second, after which others of the process get their turn. */
const GRAPH_FLOP = 5e10;

/** Combinations of sizes and weights that stay prepared; a session is small, as its matrices are inputs. */
const MAX_SESSIONS = 4;

const sessions = new SessionCache<Ort.InferenceSession>(MAX_SESSIONS, (session) => session.release());

/** Rollout by ONNX Runtime on the processor, several layers in one graph; see `RolloutProduct`. */
export const rolloutProduct: RolloutProduct = async (layers, tokens, attentionWeight) => {
  const ort = await loadOrt();
  const tensorOf = (data: Float32Array) => new ort.Tensor("float32", data, [tokens, tokens]);
  let rollout: Float32Array | undefined;
  for (const group of groupsOf(layers, Math.max(1, Math.floor(GRAPH_FLOP / (2 * tokens ** 3))))) {
    const feeds = Object.fromEntries(group.map((layer, i) => [`a${i}`, tensorOf(layer)]));
    if (rollout) feeds.before = tensorOf(rollout);
    const key = [tokens, group.length, rollout !== undefined, attentionWeight].join(" ");
    const graph = rolloutGraph(tokens, group.length, rollout !== undefined, attentionWeight);
    const make = () => ort.InferenceSession.create(encodeOnnx(graph), PRODUCT_OPTIONS);
    const results = await sessions.use(key, make, (session) => session.run(feeds));
    rollout = results.rollout!.data as Float32Array;
    await setImmediate();
  }
  return rollout ?? new Float32Array(0);
};

function* groupsOf<T>(values: Iterable<T>, size: number): Generator<T[]> {
  let group: T[] = [];
  for (const value of values) {
    group.push(value);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** Some layers `a0`, `a1`, ... after the rollout `before` of earlier ones, where there are any: `rollout` of all. */
function rolloutGraph(tokens: number, count: number, after: boolean, weight: number): OnnxGraph {
  const nodes: GraphNode[] = [];
  let before = after ? "before" : undefined;
  for (let layer = 0; layer < count; layer++) {
    const result = layer === count - 1 ? "rollout" : `r${layer}`;
    nodes.push(...layerNodes(`a${layer}`, before, result, weight));
    before = result;
  }
  const inputs = Array.from({ length: count }, (_, i) => `a${i}`).concat(after ? "before" : []);
  const square = (name: string) => ({ name, shape: [tokens, tokens] });
  const initializers = [
    onnxConstant("weight", Float32Array.of(weight)),
    onnxConstant("rest", Float32Array.of(1 - weight)),
    onnxConstant("axis", BigInt64Array.of(1n)),
  ];
  return { nodes, initializers, inputs: inputs.map(square), outputs: [square("rollout")] };
}

/** A' R: rows of a A R + (1 - a) R by the sums of a A + (1 - a) I, so that A' is never made. */
function layerNodes(attention: string, before: string | undefined, result: string, weight: number): GraphNode[] {
  const name = (part: string) => `${attention}.${part}`;
  const product = before
    ? [onnxNode("Gemm", [attention, before, before], name("product"), { alpha: weight, beta: 1 - weight })]
    : [
        onnxNode("EyeLike", [attention], name("identity")),
        onnxNode("Mul", [name("identity"), "rest"], name("kept")),
        onnxNode("Mul", [attention, "weight"], name("mixed")),
        onnxNode("Add", [name("mixed"), name("kept")], name("product")),
      ];
  return [
    onnxNode("ReduceSum", [attention, "axis"], name("sums"), { keepdims: 1n }),
    onnxNode("Mul", [name("sums"), "weight"], name("weighted")),
    onnxNode("Add", [name("weighted"), "rest"], name("divisors")),
    ...product,
    onnxNode("Div", [name("product"), name("divisors")], result),
  ];
}
