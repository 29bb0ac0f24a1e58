import type { GraphNode, Initializer, OnnxGraph, ValueInfo } from "./onnx";
import type { Tensor } from "./ops";

/** A value of the graph under construction. */
export interface GraphTensor extends Tensor {
  readonly name: string;
  /** Whether its last axis lies in blocks, as ONNX Runtime's convolutions have it: [..., C] is then stored [1, C, 1, ...]. */
  readonly blocked?: boolean;
}

/** What is recorded of a graph. */
interface Stretch {
  /** What depends on weights alone. */
  readonly ahead: GraphNode[];
  readonly nodes: GraphNode[];
}

/** Nodes and values in the order of recording, cut into graphs of which each takes what it needs of the earlier ones. */
export class GraphRecorder {
  protected readonly shapes = new Map<string, readonly number[]>();
  protected readonly initializers = new Map<string, Initializer>();
  private readonly stretches: Stretch[] = [{ ahead: [], nodes: [] }];
  private counter = 0;

  /** A new value. */
  value(shape: readonly number[], name = `v${this.counter++}`): GraphTensor {
    this.shapes.set(name, shape);
    return { name, shape };
  }

  /** A value that is known. */
  constant(type: Initializer["type"], shape: readonly number[], bytes: Uint8Array): GraphTensor {
    const name = `c${this.counter++}`;
    this.initializers.set(name, { name, type, shape, data: { kind: "inline", bytes } });
    return { name, shape };
  }

  record(node: GraphNode): void {
    this.stretches.at(-1)!.nodes.push(node);
  }

  /**
   * Puts what is recorded, of weights alone, before everything else of its graph. ONNX Runtime computes the later one of two
   * inputs first: this one is then made where it is needed, not with all others in the beginning.
   */
  ahead<T>(record: () => T): T {
    const { ahead, nodes } = this.stretches.at(-1)!;
    const start = nodes.length;
    const result = record();
    ahead.push(...nodes.splice(start));
    return result;
  }

  /** Ends a graph: what follows goes into the next one, which takes what it needs of the earlier ones as inputs. */
  cut(): void {
    this.stretches.push({ ahead: [], nodes: [] });
  }

  /** The graphs that, run one after the other, compute the wanted values and nothing else. */
  protected graphs(wanted: Iterable<string>): OnnxGraph[] {
    const needed = new Set(wanted);
    const graphs: OnnxGraph[] = [];
    for (const { ahead, nodes: rest } of [...this.stretches].reverse()) {
      const nodes = reachable([...ahead, ...rest], needed);
      if (nodes.length > 0) graphs.push(this.graphOf(nodes, needed));
    }
    return graphs.reverse();
  }

  private graphOf(nodes: readonly GraphNode[], needed: Set<string>): OnnxGraph {
    const made = new Set(nodes.flatMap(({ outputs }) => outputs));
    const used = new Set(nodes.flatMap(({ inputs }) => inputs).filter((name) => name !== "" && !made.has(name)));
    const initializers = [...used].flatMap((name) => this.initializers.get(name) ?? []);
    const inputs = [...used].filter((name) => !this.initializers.has(name));
    const outputs = [...made].filter((name) => needed.has(name));
    for (const name of inputs) needed.add(name);
    return { nodes, initializers, inputs: inputs.map(this.info), outputs: outputs.map(this.info) };
  }

  private readonly info = (name: string): ValueInfo => ({ name, shape: this.shapes.get(name) as readonly number[] });
}

/** Those nodes, in order, that the needed values depend on. */
function reachable(nodes: readonly GraphNode[], needed: Iterable<string>): GraphNode[] {
  const used = new Set(needed);
  const kept: GraphNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => used.has(output))) continue;
    for (const input of node.inputs) used.add(input);
    kept.push(node);
  }
  return kept.reverse();
}
