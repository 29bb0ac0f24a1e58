import { join, resolve } from "node:path";

/** The project's top folder, where `notebooks` and `weights` lie. */
export const PROJECT_FOLDER = resolve(__dirname, "..", "..");

/** The folder of the notebooks. */
export const NOTEBOOKS_FOLDER = join(PROJECT_FOLDER, "notebooks");

/** The weights that are used when none are named; written by `resolveWeights` where they are missing. */
export const DEFAULT_WEIGHTS = join(PROJECT_FOLDER, "weights", "setr-pup-small-untrained.safetensors");
