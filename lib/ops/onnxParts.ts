import type { GraphNode, Initializer } from "./onnx";

/** An operation of the standard with one output. */
export function onnxNode(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: GraphNode["attributes"] = {},
): GraphNode {
  return { operator, inputs, outputs: [output], attributes };
}

/** A constant in the graph itself: a float as a scalar, whole numbers as the list that axes are. */
export function onnxConstant(name: string, values: Float32Array | Float64Array | BigInt64Array): Initializer {
  const type = values instanceof Float32Array ? "F32" : values instanceof Float64Array ? "F64" : "I64";
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, type, shape: type === "I64" ? [values.length] : [], data: { kind: "inline", bytes } };
}
