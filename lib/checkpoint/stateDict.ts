import { CheckpointError } from "../errors";
import { describe } from "./fileBytes";
import { isKind, type PickleDict, type PickleValue } from "./pickleValue";
import type { StoredTensor, TensorFile } from "./tensorFile";
import { nameOf } from "./torchTensors";

/** The weights of a file under the model's own names, and what else the file holds. */
export interface StateDict {
  /** By name without wrapper and prefix; each tensor's own `name` is its name in the file. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The key under which the weights lie, such as `state_dict`; undefined where they lie at the top. */
  readonly wrapper: string | undefined;
  /** What was cut off every name: `module.` as data-parallel training leaves it, or nothing. */
  readonly prefix: string;
  /** Entries beside the weights (`optimizer`, `meta`, `epoch`), and those among them that are no tensors. */
  readonly leftAside: readonly string[];
}

/** Keys under which training programs keep the weights, looked for in this order. */
export const WRAPPERS = ["state_dict", "model", "model_state", "model_state_dict", "net", "module"] as const;

const PARALLEL_PREFIX = "module.";

/**
 * Finds the weights in a file: at the top, or inside one known wrapper; a prefix `module.` that all of them share is cut.
 *
 * @param file an opened file of any format
 * @throws CheckpointError `state-dict` when neither the top nor a known wrapper holds tensors
 */
export function stateDict(file: TensorFile): StateDict {
  if (file.tree === undefined) return { ...cutPrefix(file.tensors), wrapper: undefined, leftAside: [] };
  const { tree } = file;
  const top = tree instanceof Map ? tree : undefined;
  if (top && holdsTensors(top)) return unwrap(file, top, undefined, []);
  const wrapper = WRAPPERS.find((key) => holdsTensors(top?.get(key)));
  if (!top || wrapper === undefined) {
    const found = top ? `the keys ${describe([...top.keys()].map(nameOf).join(", "))}` : "no dictionary";
    throw new CheckpointError(
      "state-dict",
      `${file.path}: expected weights at the top or under ${WRAPPERS.join(", ")}, found ${found}`,
    );
  }
  const beside = [...top.keys()].filter((key) => key !== wrapper).map(nameOf);
  return unwrap(file, top.get(wrapper) as PickleDict, wrapper, beside);
}

function holdsTensors(value: PickleValue | undefined): boolean {
  return value instanceof Map && [...value.values()].some((item) => isKind(item, "tensor"));
}

function unwrap(file: TensorFile, dict: PickleDict, wrapper: string | undefined, beside: string[]): StateDict {
  const tensors = new Map<string, StoredTensor>();
  const leftAside = [...beside];
  for (const [key, value] of dict) {
    const name = nameOf(key);
    const fileName = wrapper === undefined ? name : `${wrapper}.${name}`;
    if (isKind(value, "tensor")) tensors.set(name, file.tensors.get(fileName) as StoredTensor);
    else leftAside.push(fileName);
  }
  return { ...cutPrefix(tensors), wrapper, leftAside };
}

function cutPrefix(tensors: ReadonlyMap<string, StoredTensor>): Pick<StateDict, "tensors" | "prefix"> {
  const names = [...tensors.keys()];
  const isParallel = names.length > 0 && names.every((name) => name.startsWith(PARALLEL_PREFIX));
  if (!isParallel) return { tensors, prefix: "" };
  const cut = [...tensors].map(([name, tensor]) => [name.slice(PARALLEL_PREFIX.length), tensor] as const);
  return { tensors: new Map(cut), prefix: PARALLEL_PREFIX };
}
