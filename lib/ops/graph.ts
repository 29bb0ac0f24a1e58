import { sizeOf } from "../arrays";
import { batchedAttention, headwiseAttention } from "./attention";
import { blockedLinear, inWholeBlocks, outOfBlocks } from "./blocks";
import { GraphRecorder, type GraphTensor } from "./graphRecorder";
import { type GraphNode, type Initializer, ONNX_RUNTIME, type OnnxGraph } from "./onnx";
import type { BatchNormParameters, Ops } from "./ops";

/** How the graph gets a learned tensor: its stored type and where the bytes are; without them, it is an input of its name. */
export type ParameterSource = (
  name: string,
  shape: readonly number[],
) => Pick<Initializer, "type" | "data"> | undefined;

const GRAPH_INPUT = "input";

/**
 * Operations that record an ONNX graph instead of computing.
 *
 * Every call appends one or a few nodes; shapes are worked out on the way. `cut` ends a stretch that becomes a graph of its
 * own. Source: onnx.ai/onnx/operators, operator set 20.
 */
export class GraphOps extends GraphRecorder implements Ops<GraphTensor> {
  /** The picture. */
  readonly input: GraphTensor;
  private readonly parameters = new Map<string, GraphTensor>();
  private readonly taps = new Map<string, GraphTensor>();
  private readonly wanted: ReadonlySet<string>;
  private readonly source: ParameterSource;
  private readonly headwise: boolean;
  private readonly blocksFrom: number;
  private readonly plains = new Map<string, GraphTensor>();

  /**
   * @param inputShape shape of the picture, the first graph's input
   * @param wanted tap names that will be outputs
   * @param source where learned tensors come from
   * @param headwise whether attention goes head by head, which a processor computes faster, or over all heads at once
   * @param blocksFrom channels from which on products with weights are recorded as convolutions on blocks of channels, where
   *   those are whole blocks; nowhere by default
   */
  constructor(
    inputShape: readonly number[],
    wanted: Iterable<string>,
    source: ParameterSource,
    headwise = true,
    blocksFrom = Number.POSITIVE_INFINITY,
  ) {
    super();
    this.input = { name: GRAPH_INPUT, shape: inputShape };
    this.shapes.set(GRAPH_INPUT, inputShape);
    this.wanted = new Set(wanted);
    this.source = source;
    this.headwise = headwise;
    this.blocksFrom = blocksFrom;
  }

  parameter(name: string, shape: readonly number[]): GraphTensor {
    const known = this.parameters.get(name);
    if (known) return known;
    const tensor = this.stored(name, shape);
    this.parameters.set(name, tensor);
    return tensor;
  }

  private stored(name: string, shape: readonly number[]): GraphTensor {
    const stored = this.source(name, shape);
    if (!stored) return this.value(shape, name);
    this.initializers.set(name, { name, shape, ...stored });
    const tensor = { name, shape };
    return stored.type === "F32" ? tensor : this.ahead(() => this.append("Cast", [tensor], shape, { to: 1n }));
  }

  linear(x: GraphTensor, weight: GraphTensor, bias: GraphTensor): GraphTensor {
    const width = last(x.shape);
    const outputs = weight.shape[0] as number;
    if (Math.min(width, outputs) >= this.blocksFrom && inWholeBlocks(width) && inWholeBlocks(outputs)) {
      return blockedLinear(this, x, weight, bias);
    }
    const rows = this.reshape(x, [sizeOf(x.shape) / width, width]);
    const product = this.append("Gemm", [rows, weight, bias], [rows.shape[0] as number, outputs], { transB: 1n });
    return this.reshape(product, [...x.shape.slice(0, -1), outputs]);
  }

  /** The value in the order of its axes, out of blocks where it lies in them. */
  private plain(x: GraphTensor): GraphTensor {
    if (!x.blocked) return x;
    const plain = this.plains.get(x.name) ?? outOfBlocks(this, x);
    this.plains.set(x.name, plain);
    return plain;
  }

  matMul(a: GraphTensor, b: GraphTensor): GraphTensor {
    return this.append("MatMul", [a, b], [...a.shape.slice(0, -1), last(b.shape)]);
  }

  attention(name: string, qkv: GraphTensor, numHeads: number): GraphTensor {
    return this.headwise ? headwiseAttention(this, name, qkv, numHeads) : batchedAttention(this, name, qkv, numHeads);
  }

  layerNorm(x: GraphTensor, weight: GraphTensor, bias: GraphTensor, epsilon: number): GraphTensor {
    return this.append("LayerNormalization", [x, weight, bias], x.shape, { axis: -1n, epsilon });
  }

  gelu(x: GraphTensor): GraphTensor {
    if (!x.blocked) return this.append("Gelu", [x], x.shape);
    const { name } = this.value(this.shapes.get(x.name)!); // as it is stored
    this.record({ operator: "Gelu", inputs: [x.name], outputs: [name], attributes: {} });
    return { ...x, name };
  }

  relu(x: GraphTensor): GraphTensor {
    return this.append("Relu", [x], x.shape);
  }

  softmax(x: GraphTensor): GraphTensor {
    return this.append("Softmax", [x], x.shape, { axis: -1n });
  }

  conv2d(
    x: GraphTensor,
    weight: GraphTensor,
    bias: GraphTensor | undefined,
    { stride, padding }: { stride: number; padding: number },
  ): GraphTensor {
    const [batch, , height, width] = x.shape as [number, number, number, number];
    const [channels, , kernelHeight, kernelWidth] = weight.shape as [number, number, number, number];
    const length = (input: number, kernel: number) => Math.floor((input + 2 * padding - kernel) / stride) + 1;
    const shape = [batch, channels, length(height, kernelHeight), length(width, kernelWidth)];
    const pad = BigInt(padding);
    return this.append("Conv", bias ? [x, weight, bias] : [x, weight], shape, {
      kernel_shape: [BigInt(kernelHeight), BigInt(kernelWidth)],
      strides: [BigInt(stride), BigInt(stride)],
      pads: [pad, pad, pad, pad],
    });
  }

  batchNorm(x: GraphTensor, parameters: BatchNormParameters<GraphTensor>, epsilon: number): GraphTensor {
    const { weight, bias, runningMean, runningVar } = parameters;
    return this.append("BatchNormalization", [x, weight, bias, runningMean, runningVar], x.shape, { epsilon });
  }

  resizeBilinear(x: GraphTensor, size: { height: number; width: number; alignCorners: boolean }): GraphTensor {
    const shape = [...x.shape.slice(0, 2), size.height, size.width];
    const unused = { name: "", shape: [] };
    return this.append("Resize", [x, unused, unused, this.integers(shape)], shape, {
      mode: "linear",
      coordinate_transformation_mode: size.alignCorners ? "align_corners" : "half_pixel",
    });
  }

  concat(parts: readonly GraphTensor[], axis: number): GraphTensor {
    const shape = [...(parts[0] as GraphTensor).shape];
    shape[axis] = parts.reduce((total, part) => total + (part.shape[axis] as number), 0);
    return this.append("Concat", parts, shape, { axis: BigInt(axis) });
  }

  slice(x: GraphTensor, axis: number, start: number, end: number): GraphTensor {
    const shape = [...x.shape];
    shape[axis] = end - start;
    return this.append("Slice", [x, this.integers([start]), this.integers([end]), this.integers([axis])], shape);
  }

  /** Equal parts of one axis, in their order. */
  split(x: GraphTensor, axis: number, count: number): GraphTensor[] {
    const shape = x.shape.map((length, i) => (i === axis ? length / count : length));
    const parts = Array.from({ length: count }, () => this.value(shape));
    const attributes = { axis: BigInt(axis), num_outputs: BigInt(count) };
    this.record({
      operator: "Split",
      inputs: [this.plain(x).name],
      outputs: parts.map(({ name }) => name),
      attributes,
    });
    return parts;
  }

  /** `factor` a b^T over the last two axes, in one operation of ONNX Runtime's own: [B, N, D] and [B, M, D] -> [B, N, M]. */
  scaledProduct(a: GraphTensor, b: GraphTensor, factor: number): GraphTensor {
    const product = this.value([...a.shape.slice(0, -1), b.shape.at(-2) as number]);
    const attributes = { alpha: factor, transB: 1n };
    const [inputs, outputs] = [[a, b].map((factor) => this.plain(factor).name), [product.name]];
    this.record({ operator: "FusedMatMul", domain: ONNX_RUNTIME, inputs, outputs, attributes });
    return product;
  }

  reshape(x: GraphTensor, shape: readonly number[]): GraphTensor {
    if (x.shape.length === shape.length && x.shape.every((length, axis) => length === shape[axis])) return x;
    return this.append("Reshape", [x, this.integers(shape)], shape);
  }

  /**
   * x, but not before y of the same shape has been computed: it takes on the shape that it has. ONNX Runtime would otherwise
   * leave everything to the end that nothing else waits for.
   */
  after(x: GraphTensor, y: GraphTensor): GraphTensor {
    if (x.name === y.name) return x;
    return this.append("Reshape", [x, this.append("Shape", [y], [y.shape.length])], x.shape);
  }

  transpose(x: GraphTensor, order: readonly number[]): GraphTensor {
    const shape = order.map((axis) => x.shape[axis] as number);
    return this.append("Transpose", [x], shape, { perm: order.map(BigInt) });
  }

  broadcastTo(x: GraphTensor, shape: readonly number[]): GraphTensor {
    if (x.shape.every((length, axis) => length === shape[axis])) return x;
    return this.append("Expand", [x, this.integers(shape)], shape);
  }

  add(a: GraphTensor, b: GraphTensor): GraphTensor {
    const shape = a.shape.map((length, axis) => Math.max(length, b.shape[axis] as number));
    return this.append("Add", [a, b], shape);
  }

  scale(x: GraphTensor, factor: number): GraphTensor {
    const bytes = new Uint8Array(Float32Array.of(factor).buffer);
    return this.append("Mul", [x, this.constant("F32", [], bytes)], x.shape);
  }

  mean(x: GraphTensor, axis: number): GraphTensor {
    const shape = x.shape.filter((_, i) => i !== axis);
    return this.append("ReduceMean", [x, this.integers([axis])], shape, { keepdims: 0n });
  }

  tap(name: string, x: GraphTensor): GraphTensor {
    this.taps.set(name, this.plain(x));
    return x;
  }

  /** Whether a tap of this name will be an output. */
  wants(name: string): boolean {
    return this.wanted.has(name);
  }

  derive(name: string, make: () => GraphTensor): void {
    if (this.wants(name)) this.tap(name, make());
  }

  /** Every learned tensor that was asked for, with its shape. */
  parameterShapes(): Map<string, readonly number[]> {
    return new Map(
      [...this.initializers.values()].filter(({ name }) => this.parameters.has(name)).map((p) => [p.name, p.shape]),
    );
  }

  /** For each wanted tap, the name of the output that holds it; two taps may share one. */
  outputNames(): Map<string, string> {
    return new Map([...this.wanted].map((name) => [name, this.wantedTensor(name).name]));
  }

  /**
   * The graphs that, run one after the other, compute the wanted taps and nothing else.
   *
   * Inputs of a graph are the input of the first and outputs of earlier ones; values keep their names from graph to graph.
   */
  finish(): OnnxGraph[] {
    return this.graphs(this.outputNames().values());
  }

  private wantedTensor(name: string): GraphTensor {
    const tensor = this.taps.get(name);
    if (!tensor) throw new Error(`the model made no value named ${name}`);
    return tensor;
  }

  private append(
    operator: string,
    inputs: readonly GraphTensor[],
    shape: readonly number[],
    attributes: GraphNode["attributes"] = {},
  ): GraphTensor {
    const result = this.value(shape);
    const names = inputs.map((input) => this.plain(input).name);
    this.record({ operator, inputs: names, outputs: [result.name], attributes });
    return result;
  }

  private integers(values: readonly number[]): GraphTensor {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.constant("I64", [values.length], bytes);
  }
}

function last(shape: readonly number[]): number {
  return shape[shape.length - 1] as number;
}
