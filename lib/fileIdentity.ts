import { stat } from "node:fs/promises";
import { resolve } from "node:path";

/** Tells a file from what it was before it was changed or replaced. */
export interface FileIdentity {
  /** Path, device, inode, size, and the times of its last changes in nanoseconds. */
  readonly text: string;
  /** When content or inode were last changed, in milliseconds since 1970. */
  readonly changed: number;
}

/**
 * Which file lies at a path now.
 *
 * @returns undefined when there is none
 */
export async function fileIdentity(path: string): Promise<FileIdentity | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (!found) return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs, mtimeMs, ctimeMs } = found;
  return {
    text: [resolve(path), dev, ino, size, mtimeNs, ctimeNs].join(":"),
    changed: Math.max(Number(mtimeMs), Number(ctimeMs)),
  };
}
