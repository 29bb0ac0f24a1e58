import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Looked at in this order where none is named; Debian's has Debian's torch, whatever else is on the PATH. */
const CANDIDATES = ["python3", "/usr/bin/python3"];

/**
 * A Python that has torch and matplotlib.
 *
 * @param named the only one to look at; by default the first one that has both
 * @throws Error when there is none, saying what to install
 */
export async function findPython(named?: string): Promise<string> {
  const candidates = named === undefined ? CANDIDATES : [named];
  for (const python of candidates) if (await hasTorch(python)) return python;
  const found = `found none (looked at ${candidates.join(", ")})`;
  const remedy = "install Debian's python3-torch and python3-matplotlib, or torch and matplotlib with pip";
  throw new Error(`--python: expected a Python with torch and matplotlib, ${found}; ${remedy}`);
}

async function hasTorch(python: string): Promise<boolean> {
  return execute(python, ["-c", "import torch, matplotlib"]).then(
    () => true,
    () => false,
  );
}
