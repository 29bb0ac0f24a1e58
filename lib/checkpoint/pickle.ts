import { OPCODES, refusedOpcode } from "./pickleOpcodes";
import { childrenOf, type PickleValue } from "./pickleValue";
import { charge, fail, PICKLE_LIMITS, type PickleMeaning, takeByte, type Unpickling } from "./unpickling";

/** A value, and where the next byte after its pickle is. */
export interface Unpickled {
  readonly value: PickleValue;
  readonly end: number;
}

/**
 * Reads one pickle as inert data: a table of opcodes that build plain values, and nothing that could run.
 *
 * @param path the file, for messages
 * @param bytes from the pickle's first byte on; may go on behind it
 * @param meaning which names are accepted, and as what
 * @returns the value, free of cycles, and the pickle's length
 * @throws CheckpointError `pickle-truncated`, `pickle-opcode`, `pickle-structure`, `pickle-limit`, `pickle-cycle`, and
 *   what `meaning` throws
 * Source: CPython's pickletools.py, protocols 2 to 5.
 */
export function readPickle(path: string, bytes: Buffer, meaning: PickleMeaning): Unpickled {
  const pickle: Unpickling = {
    path,
    bytes,
    meaning,
    position: 0,
    stack: [],
    marks: [],
    memo: [],
    steps: 0,
    objects: 0,
  };
  for (;;) {
    const code = takeByte(pickle);
    charge(pickle, 1);
    if (code === 0x2e) break; // STOP
    const opcode = OPCODES.get(code);
    if (!opcode) return fail(pickle, "pickle-opcode", "an opcode that builds plain data", refusedOpcode(code));
    opcode.run(pickle);
  }
  if (pickle.stack.length !== 1 || pickle.marks.length > 0) {
    return fail(pickle, "pickle-structure", "one value at the end", `${pickle.stack.length} values`);
  }
  checkNesting(pickle, pickle.stack[0]!);
  return { value: pickle.stack[0]!, end: pickle.position };
}

/** Walks the finished value without recursion; what is shared is walked once. */
function checkNesting(pickle: Unpickling, root: PickleValue): void {
  const open = new Set<PickleValue>();
  const heights = new Map<PickleValue, number>();
  const path: { value: PickleValue; children: Iterator<PickleValue>; height: number }[] = [];
  const enter = (value: PickleValue) => {
    if (open.has(value)) fail(pickle, "pickle-cycle", "values that do not contain themselves", "one that does");
    if (path.length === PICKLE_LIMITS.depth) tooDeep(pickle);
    open.add(value);
    path.push({ value, children: childrenOf(value)[Symbol.iterator](), height: 0 });
  };
  if (isContainer(root)) enter(root);
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const { value: child, done } = top.children.next();
    const known = done ? undefined : heights.get(child);
    if (done) {
      open.delete(top.value);
      heights.set(top.value, top.height + 1);
      path.pop();
      const parent = path.at(-1);
      if (parent) parent.height = Math.max(parent.height, top.height + 1);
    } else if (known !== undefined) top.height = Math.max(top.height, known);
    else if (isContainer(child)) enter(child);
    if (path.length + top.height > PICKLE_LIMITS.depth) tooDeep(pickle);
  }
}

function isContainer(value: PickleValue): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}

function tooDeep(pickle: Unpickling): never {
  return fail(pickle, "pickle-limit", `values nested at most ${PICKLE_LIMITS.depth} deep`, "deeper ones");
}
