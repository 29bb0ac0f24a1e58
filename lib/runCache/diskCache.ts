import { join } from "node:path";
import type { NdArray } from "../arrays";
import { type FolderSize, prune } from "../cacheFiles";
import { MAX_FILES } from "./limits";
import { readValue, writeValue } from "./valueFile";

/** A folder is looked through again when this part of its bound was written, since others write there too. */
const LOOK_AGAIN = 1 / 8;

/** More than what a file holds beside its values. */
const HEADER_BYTES = 512;

let warned = false;

/** Values on disk, a file each, the least recently used removed first. Several processes may share the folder. */
export class DiskCache {
  private readonly folder: string;
  private readonly bound: number;
  private size: FolderSize | undefined;
  private written = 0;

  /**
   * @param folder where the files lie; made when something is kept
   * @param bound bytes that all files together may take up
   */
  constructor(folder: string, bound: number) {
    this.folder = folder;
    this.bound = bound;
  }

  /** The value of a run, undefined when it is missing or damaged. */
  read(key: string, name: string): Promise<NdArray | undefined> {
    return readValue(this.path(key, name), { key, name });
  }

  /** Keeps values of a run. Where nothing can be written, one line says so, once per process, and nothing is kept. */
  async keep(key: string, values: ReadonlyMap<string, NdArray>): Promise<void> {
    try {
      await this.makeRoom(values);
      for (const [name, value] of values) await writeValue(this.path(key, name), { key, name }, value);
    } catch (error) {
      if (warned) return;
      warned = true;
      console.warn(`setr: runs are not kept on disk: ${(error as Error).message}`);
    }
  }

  private async makeRoom(values: ReadonlyMap<string, NdArray>): Promise<void> {
    const bytes = [...values.values()].reduce((sum, { data }) => sum + data.byteLength + HEADER_BYTES, 0);
    const added = { bytes: (this.size?.bytes ?? 0) + bytes, files: (this.size?.files ?? 0) + values.size };
    this.written += bytes;
    const fits = added.bytes <= this.bound && added.files <= MAX_FILES && this.written <= this.bound * LOOK_AGAIN;
    if (this.size && fits) {
      this.size = added;
      return;
    }
    const left = await prune(this.folder, { bytes: this.bound - bytes, files: MAX_FILES - values.size });
    this.size = { bytes: left.bytes + bytes, files: left.files + values.size };
    this.written = 0;
  }

  private path(key: string, name: string): string {
    return join(this.folder, `${key}.${name}.safetensors`);
  }
}
