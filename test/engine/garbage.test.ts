import { expect, test } from "vitest";
import { collectGarbageBefore } from "../../lib/engine/garbage";

const MIB = 2 ** 20;

function held(): number {
  return process.memoryUsage().arrayBuffers;
}

/** Arrays that nobody holds when this has returned. */
function leave(mebibytes: number): number {
  const before = held();
  const arrays = Array.from({ length: mebibytes }, () => new Float32Array(MIB / 4));
  expect(held() - before).toBeGreaterThan(0.9 * mebibytes * MIB);
  return arrays.length;
}

test("arrays that nobody holds are given back before as much again is allocated", async () => {
  const before = held();
  leave(100);
  collectGarbageBefore(64 * MIB);
  await new Promise((resolve) => setTimeout(resolve, 100)); // memory itself is freed on another thread
  expect(held() - before).toBeLessThan(10 * MIB);
  expect("gc" in globalThis).toBe(false);
});
