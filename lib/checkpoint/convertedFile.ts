import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { touch } from "../cacheFiles";
import { cacheFolder } from "../cacheFolder";
import { type OnProgress, withProgress } from "../progress";
import { convertCheckpoint } from "./convert";
import type { Examined } from "./examine";

/** Changes when conversion gives other bytes for the same file, so that old conversions are left alone. */
const CONVERSION = 1;

/**
 * The conversion of a checkpoint in the cache, made when it is missing; its name is the content's hash.
 *
 * @param examined a complete checkpoint
 * @param sha256 of the file
 * @param onProgress told the bytes of the source that are read; by default it is shown where it takes long
 * @returns path of a .safetensors file with the model's names and layout
 */
export async function convertedFile(examined: Examined, sha256: string, onProgress?: OnProgress): Promise<string> {
  const path = join(cacheFolder("weights"), `${sha256}-v${CONVERSION}.safetensors`);
  if (existsSync(path)) {
    await touch(path);
    return path;
  }
  const title = `Convert ${basename(examined.mapped.file.path)}`;
  await withProgress(title, onProgress, (tell) => convertCheckpoint(examined, path, { onProgress: tell }), {
    unit: "bytes",
  });
  return path;
}
