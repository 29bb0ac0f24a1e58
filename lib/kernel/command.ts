import { join } from "node:path";
import { LIBRARY_FOLDER } from "../paths";

/**
 * The command that starts the notebook kernel, as Jupyter's `kernel.json` has it: `{connection_file}` stands for a path.
 *
 * A cell that is stopped in the middle of a timer's callback leaves Node's own book-keeping of callbacks unbalanced, at which
 * Node would end the process; the option keeps it going.
 */
export const KERNEL_COMMAND: readonly string[] = [
  process.execPath,
  "--no-force-async-hooks-checks",
  join(LIBRARY_FOLDER, "bin", "setr-kernel.js"),
  "{connection_file}",
];
