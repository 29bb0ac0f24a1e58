import { toFloat32 } from "./dtype";
import { readBytes, withFile } from "./fileBytes";
import type { Weights } from "./weights";

/**
 * Reads learned tensors one after the other, as 32-bit floats; names that the file does not hold are left out.
 *
 * @param weights an opened checkpoint
 * @param names names of the official release, in the order wanted
 * @param onValues called with each tensor's values, which may share memory that is reused by nobody else
 * @throws CheckpointError when the file has changed since it was opened
 */
export async function readParameters(
  weights: Weights,
  names: Iterable<string>,
  onValues: (name: string, values: Float32Array) => void | Promise<void>,
): Promise<void> {
  await withFile(weights.dataPath, async (file) => {
    for (const name of names) {
      const range = weights.parameters.get(name);
      if (!range) continue;
      await onValues(name, toFloat32(await readBytes(file, range.offset, range.byteLength), range.dtype));
    }
  });
}
