import { readFileSync } from "node:fs";
import { join } from "node:path";

/** This library's version, as its package.json states it. */
export const version: string = JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8")).version;
