import { join, resolve } from "node:path";

/** The library's folder, with its package.json; also where this file runs uncompiled, as it does in tests. */
export const LIBRARY_FOLDER = __filename.endsWith(".ts") ? __dirname : resolve(__dirname, "..");

/** The project's top folder, where `notebooks` and `weights` lie. */
export const PROJECT_FOLDER = resolve(LIBRARY_FOLDER, "..");

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
