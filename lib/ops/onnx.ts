import protobuf from "protobufjs";

/** Where an initializer's bytes lie: a range of a file beside the graph, or values in the graph itself. */
export type InitializerData =
  | { readonly kind: "file"; readonly location: string; readonly offset: number; readonly byteLength: number }
  | { readonly kind: "inline"; readonly bytes: Uint8Array };

/** Element types of the ONNX standard that this project writes. */
export const ONNX_TYPES = { F32: 1, I64: 7, F16: 10, BF16: 16, F64: 11 } as const;

/** A constant tensor of the graph. */
export interface Initializer {
  readonly name: string;
  readonly type: keyof typeof ONNX_TYPES;
  readonly shape: readonly number[];
  readonly data: InitializerData;
}

/** Domain of the operators that ONNX Runtime adds to the standard's. */
export const ONNX_RUNTIME = "com.microsoft";

/** Domain of the operators that ONNX Runtime computes on blocks of channels. */
export const ONNX_BLOCKED = "com.microsoft.nchwc";

/** One operation of the graph. */
export interface GraphNode {
  readonly operator: string;
  /** The standard's by default. */
  readonly domain?: typeof ONNX_RUNTIME | typeof ONNX_BLOCKED;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers as `bigint`, fractions as `number`. */
  readonly attributes: Readonly<Record<string, bigint | readonly bigint[] | number | string>>;
}

/** A named value with its shape. */
export interface ValueInfo {
  readonly name: string;
  readonly shape: readonly number[];
  /** `F32` by default. */
  readonly type?: keyof typeof ONNX_TYPES;
}

/** A whole graph, ready to be encoded. */
export interface OnnxGraph {
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** The part of the ONNX schema that is written here. Source: github.com/onnx/onnx, onnx/onnx.proto, field numbers as there. */
const SCHEMA = `
syntax = "proto3";
message ModelProto { int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7; repeated OperatorSetId opset_import = 8; }
message OperatorSetId { string domain = 1; int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message NodeProto { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated AttributeProto attribute = 5; string domain = 7; }
message AttributeProto { string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated int64 ints = 8; int32 type = 20; }
message TensorProto {
  repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9;
  repeated StringEntry external_data = 13; int32 data_location = 14;
}
message StringEntry { string key = 1; string value = 2; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto { TensorType tensor_type = 1; }
message TensorType { int32 elem_type = 1; TensorShape shape = 2; }
message TensorShape { repeated Dimension dim = 1; }
message Dimension { int64 dim_value = 1; }
`;

const IR_VERSION = 9;
const OPSET = 20; // the first with Gelu
const Model = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType("ModelProto");

/**
 * Encodes a graph as an ONNX model: IR version 9, operator set 20.
 *
 * @returns the bytes of a ModelProto; weights in files are referenced, not copied
 */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const message = Model.create({
    ir_version: IR_VERSION,
    producer_name: "setr",
    opset_import: [
      { domain: "", version: OPSET },
      ...[ONNX_RUNTIME, ONNX_BLOCKED].map((domain) => ({ domain, version: 1 })),
    ],
    graph: {
      name: "setr",
      node: graph.nodes.map(nodeMessage),
      initializer: graph.initializers.map(tensorMessage),
      input: graph.inputs.map(valueMessage),
      output: graph.outputs.map(valueMessage),
    },
  });
  return Model.encode(message).finish();
}

function nodeMessage(node: GraphNode) {
  return {
    name: node.outputs[0],
    op_type: node.operator,
    domain: node.domain ?? "",
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeMessage(name, value)),
  };
}

const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, ints: 7 } as const;

function attributeMessage(name: string, value: GraphNode["attributes"][string]) {
  if (typeof value === "bigint") return { name, i: Number(value), type: ATTRIBUTE_TYPES.int };
  if (typeof value === "number") return { name, f: value, type: ATTRIBUTE_TYPES.float };
  if (typeof value === "string") return { name, s: Buffer.from(value), type: ATTRIBUTE_TYPES.string };
  return { name, ints: value.map(Number), type: ATTRIBUTE_TYPES.ints };
}

function tensorMessage({ name, type, shape, data }: Initializer) {
  const common = { name, data_type: ONNX_TYPES[type], dims: shape };
  if (data.kind === "inline") return { ...common, raw_data: data.bytes };
  const external_data = [
    { key: "location", value: data.location },
    { key: "offset", value: String(data.offset) },
    { key: "length", value: String(data.byteLength) },
  ];
  return { ...common, external_data, data_location: 1 };
}

function valueMessage({ name, shape, type = "F32" }: ValueInfo) {
  const dim = shape.map((dim_value) => ({ dim_value }));
  return { name, type: { tensor_type: { elem_type: ONNX_TYPES[type], shape: { dim } } } };
}
