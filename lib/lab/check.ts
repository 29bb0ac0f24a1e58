import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NotebookError } from "../errors";
import { startKernel } from "../notebook/kernel";
import { type CellOutput, collectOutput } from "../notebook/outputs";

const CELL = `import * as setr from "setr";
import * as tslab from "tslab";
const { node, typescript } = tslab.versions;
console.log(\`setr with \${setr.VARIANTS.length} variants, tslab \${tslab.versions.tslab}, TypeScript \${typescript}, Node \${node}\`);`;

/**
 * Starts a kernel in an empty folder outside the project and runs a cell that imports `setr`.
 *
 * @param argv the registered command; `{connection_file}` stands for a path
 * @returns the versions that the cell saw, in one line
 * @throws NotebookError `kernel-start`, `kernel-died`, `kernel-timeout`; `cell-failed` with what went wrong
 */
export async function checkKernel(argv: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "setr-check-"));
  try {
    return await runCell(argv, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runCell(argv: readonly string[], folder: string): Promise<string> {
  const kernel = await startKernel({ folder, argv });
  try {
    const outputs: CellOutput[] = [];
    const onOutput = (message: Parameters<typeof collectOutput>[1]): void => collectOutput(outputs, message, new Map());
    const { status } = await kernel.execute(CELL, { onOutput, timeoutSeconds: 60 });
    const [output] = outputs;
    if (status === "ok" && output?.output_type === "stream") return output.text.trim();
    const found = output?.output_type === "error" ? `${output.ename}: ${output.evalue}` : "no output";
    throw new NotebookError("cell-failed", `kernel: expected a cell that imports setr to run, found ${found}`);
  } finally {
    await kernel.close();
  }
}
