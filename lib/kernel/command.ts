import { join } from "node:path";
import { LIBRARY_FOLDER } from "../paths";

/**
 * What Node needs to start the notebook kernel, before the path of a connection file.
 *
 * A cell that is stopped in the middle of a timer's callback leaves Node's own book-keeping of callbacks unbalanced, at which
 * Node would end the process; the option keeps it going.
 */
export const KERNEL_COMMAND: readonly string[] = [
  "--no-force-async-hooks-checks",
  join(LIBRARY_FOLDER, "bin", "setr-kernel.js"),
];
