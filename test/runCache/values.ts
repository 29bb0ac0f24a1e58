import { readFile, writeFile } from "node:fs/promises";
import type { NdArray } from "../../lib/arrays";
import { openSafetensors } from "../../lib/checkpoint/safetensors";

/** The bytes of an array, to compare bit for bit. */
export function bytesOf({ data }: NdArray): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Pixels that no photo has. */
export function pixels(height: number, width: number, seed: number): NdArray {
  const data = new Float32Array(3 * height * width).map((_, i) => Math.sin(i / (5 + seed)) + Math.cos(i / 301));
  return { shape: [1, 3, height, width], data };
}

/** Changes the first value of a tensor of a .safetensors file of 32-bit floats, in place. */
export async function changeWeight(path: string, name: string, change: (value: number) => number): Promise<void> {
  const { offset } = (await openSafetensors(path)).tensors.get(name)!;
  const bytes = await readFile(path);
  bytes.writeFloatLE(change(bytes.readFloatLE(offset)), offset);
  await writeFile(path, bytes);
}
