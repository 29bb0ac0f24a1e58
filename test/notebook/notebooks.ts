import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NotebookCell, NotebookDocument } from "../../lib/notebook/document";

/** A code cell; `tags` go into its metadata. */
export function codeCell(source: string, ...tags: string[]): NotebookCell {
  const metadata = tags.length > 0 ? { tags } : {};
  return { cell_type: "code", source, metadata, outputs: [], execution_count: null };
}

/** A Markdown cell. */
export function markdownCell(source: string): NotebookCell {
  return { cell_type: "markdown", source, metadata: {} };
}

/** A notebook for the tslab kernel. */
export function notebook(...cells: NotebookCell[]): NotebookDocument {
  const kernelspec = { display_name: "TypeScript", language: "typescript", name: "tslab" };
  return { nbformat: 4, nbformat_minor: 4, metadata: { kernelspec }, cells };
}

/** A new folder inside the repository, so that imports of its notebooks resolve as they do in `notebooks/`. */
export async function makeFolder(): Promise<string> {
  return await mkdtemp(join(__dirname, "run-"));
}

/** Writes a notebook into a folder and returns its path. */
export async function writeCells(folder: string, ...cells: NotebookCell[]): Promise<string> {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.ipynb`);
  await writeFile(path, JSON.stringify(notebook(...cells)));
  return path;
}
