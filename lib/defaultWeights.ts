import { existsSync } from "node:fs";
import { writeUntrainedWeights } from "./checkpoint/initialise";
import { variantConfig } from "./model/variants";
import { DEFAULT_WEIGHTS } from "./paths";

/** Seed of the default weights. */
const DEFAULT_SEED = 1;

/**
 * The weight file to use: the named one, or the default one, which is written first where it is missing.
 *
 * The default is `pup-small` for 480x480 pixels with seeded random values: good for trying the notebooks, not for
 * conclusions; figures drawn from it say so.
 *
 * @param path a weight file, or "default"
 * @returns the path of a file; a named one is not checked here
 */
export async function resolveWeights(path: string): Promise<string> {
  if (path !== "default") return path;
  if (!existsSync(DEFAULT_WEIGHTS))
    await writeUntrainedWeights(DEFAULT_WEIGHTS, variantConfig("pup-small"), DEFAULT_SEED);
  return DEFAULT_WEIGHTS;
}
