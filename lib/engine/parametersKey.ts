import { createHash } from "node:crypto";
import type { RunRequest } from "./engine";

/** The same for requests that compute with the same learned values, wherever those lie. */
export function parametersKey({ weights, values }: Pick<RunRequest, "weights" | "values">): string {
  const handedOver = [...values].map(([name, { shape, data }]) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [name, shape, createHash("sha256").update(bytes).digest("hex")];
  });
  return JSON.stringify([weights.dataPath, weights.sha256, handedOver]);
}
