import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findPython } from "../../bench/python";
import { openSafetensors } from "../../lib/checkpoint/safetensors";
import { openSetr } from "../../lib/setr";
import { fixture } from "../fixtures";

const MODULES = join(__dirname, "..", "..", "bench", "pytorch");
const python = await findPython().catch(() => undefined);
if (!python) console.log("skipped: the benchmark's PyTorch modules (no python3 with torch and matplotlib)");

test.skipIf(!python)("the benchmark's PyTorch modules compute what the official modules compute", async () => {
  const expected = fixture("setr-pup-official.expected.safetensors");
  const weights = fixture("setr-pup-official.safetensors");
  const numHeads = Number((await openSafetensors(expected)).metadata.heads);
  const { config, close } = await openSetr(weights, { numHeads, cache: false });
  await close();
  const args = [join(__dirname, "modules.py"), MODULES, weights, expected, JSON.stringify(config)];
  const differences = JSON.parse(execFileSync(python!, args, { encoding: "utf8" })) as Record<string, number>;
  const names = Array.from({ length: config.depth }, (_, i) => [`Z${i + 1}`, `A${i + 1}.mean`]).flat();
  expect(Object.keys(differences)).toEqual([...names, "U1", "U2", "U3", "U4", "U5", "logits"]);
  for (const [name, difference] of Object.entries(differences)) expect.soft(difference, name).toBeLessThan(1e-4);
});
