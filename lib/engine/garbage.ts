import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes of values from which on it is worth a few milliseconds to collect earlier ones first. */
const LARGE = 2 ** 26;

let collect: (() => void) | undefined;

/**
 * Has JavaScript give back arrays that nobody holds any more, before as much again is allocated. On its own it takes its time
 * where the heap is small and its arrays are large: values of several passes then lie in memory at once.
 *
 * @param bytes what is about to be allocated; nothing happens below 64 MiB, or while arrays hold fewer bytes than these
 */
export function collectGarbageBefore(bytes: number): void {
  if (bytes < LARGE || process.memoryUsage().arrayBuffers < bytes) return;
  collect ??= collector();
  collect();
}

/** Node's `gc`, which is otherwise there with `--expose-gc` alone. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc"); // nobody else is to see it
  return gc;
}
