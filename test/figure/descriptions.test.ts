import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { analysisFigures } from "./analysisSamples";
import { recipe, sampleFigures } from "./samples";

/** Names in order, numbers to three decimals, arrays of values as their length and a short hash. */
function summary(value: unknown): unknown {
  if (typeof value === "number") return Math.round(value * 1000) / 1000;
  if (value instanceof Float32Array || value instanceof Uint8Array) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${value.length} values, ${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}`;
  }
  if (Array.isArray(value)) return value.map(summary);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, summary(inner)]));
}

describe("a figure's description", () => {
  const options = { recipe, untrained: true };
  for (const [name, figure] of Object.entries({ ...sampleFigures(options), ...analysisFigures(options) })) {
    it(`of ${name} stays as it was agreed`, async () => {
      const text = `${JSON.stringify(summary(figure), null, 1)}\n`;
      await expect(text).toMatchFileSnapshot(`snapshots/${name}.txt`);
    });
  }
});
