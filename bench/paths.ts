import { join } from "node:path";

/** The project's folder, seen from bench/dist. */
export const ROOT = join(__dirname, "..", "..");

/** Sources of the benchmark. */
export const BENCH = join(ROOT, "bench");

/** Large files that are made again when they are missing. */
export const FOLDER = join(BENCH, "weights");
