import { cpus, release, totalmem } from "node:os";
import type { Side } from "./side";

/** What the numbers were measured on, by name. */
export type Machine = Readonly<Record<string, string>>;

/**
 * The machine and the programs.
 *
 * @param ours our worker
 * @param theirs PyTorch's worker
 */
export async function describeMachine(ours: Side, theirs: Side): Promise<Machine> {
  const processor = cpus();
  const [we, they] = [await ours.run("about"), await theirs.run("about")];
  return {
    processor: `${processor[0]?.model ?? "unknown"}, ${processor.length} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `Linux ${release()}`,
    ours: `Node ${we.version}, ${we.engine}`,
    PyTorch: `${they.version}, Python ${they.python}, ${they.threads} threads, BLAS: ${they.blas}`,
    matplotlib: `${they.matplotlib}`,
  };
}
