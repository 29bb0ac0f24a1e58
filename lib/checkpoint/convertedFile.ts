import { existsSync } from "node:fs";
import { join } from "node:path";
import { touch } from "../cacheFiles";
import { cacheFolder } from "../cacheFolder";
import { convertCheckpoint } from "./convert";
import type { Examined } from "./examine";

/** Changes when conversion gives other bytes for the same file, so that old conversions are left alone. */
const CONVERSION = 1;

/**
 * The conversion of a checkpoint in the cache, made when it is missing; its name is the content's hash.
 *
 * @param examined a complete checkpoint
 * @param sha256 of the file
 * @returns path of a .safetensors file with the model's names and layout
 */
export async function convertedFile(examined: Examined, sha256: string): Promise<string> {
  const path = join(cacheFolder("weights"), `${sha256}-v${CONVERSION}.safetensors`);
  if (existsSync(path)) await touch(path);
  else await convertCheckpoint(examined, path);
  return path;
}
