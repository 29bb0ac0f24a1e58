import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A small disk, in memory, for the tests of a file. */
export interface OwnDisk {
  /** The folder it is mounted on. */
  readonly path: string;
  /** Makes it a disk that can only be read, also by root. */
  makeReadOnly(): void;
}

/**
 * Mounts a disk, where this may be done; elsewhere says what is skipped.
 *
 * @param size in KiB
 * @param what is tested with it
 */
export function ownDisk(size: number, what: string): OwnDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), "setr-disk-"));
  const { status, stderr, error } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}k`, "setr-test", path]);
  afterAll(() => {
    if (status === 0) spawnSync("umount", [path]);
    rmSync(path, { recursive: true });
  });
  if (status === 0) return { path, makeReadOnly: () => remount(path) };
  console.log(`skipped: ${what} (mount: ${stderr ?? error})`);
  return undefined;
}

function remount(path: string): void {
  const { status, stderr } = spawnSync("mount", ["-o", "remount,ro", path]);
  if (status !== 0) throw new Error(`${stderr}`);
}
