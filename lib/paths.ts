import { join, resolve } from "node:path";

/** The project's top folder, where `notebooks` and `weights` lie. */
export const PROJECT_FOLDER = resolve(__dirname, "..", "..");

/** The folder of the notebooks. */
export const NOTEBOOKS_FOLDER = join(PROJECT_FOLDER, "notebooks");

/** The weights that come with the project: a small SETR-PUP trained on drawn scenes. */
const BUNDLED_WEIGHTS = join(PROJECT_FOLDER, "weights", "setr-pup-scenes.safetensors");

/**
 * The weight file to use: the named one, or the one that comes with the project.
 *
 * @param path a weight file, or "default"
 */
export function resolveWeights(path: string): string {
  return path === "default" ? BUNDLED_WEIGHTS : path;
}
