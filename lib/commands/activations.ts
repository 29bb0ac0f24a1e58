import { basename } from "node:path";
import { activations } from "../activations";
import { writeArrays } from "../checkpoint/writeSafetensors";
import { openPhoto } from "../openPhoto";
import { type ModelOptions, openModel, readInput } from "./options";

/** Options of `setr activations`. */
export interface ActivationsOptions extends ModelOptions {
  readonly input?: string;
  readonly photo?: string;
  readonly capture: string;
  readonly out: string;
}

/** Runs the model once and writes the named values as .safetensors. */
export async function activationsCommand(options: ActivationsOptions): Promise<void> {
  const read = options.input === undefined ? undefined : await readInput(options.input, "input");
  const model = await openModel(options, read?.size);
  try {
    const input = read?.input ?? (await openPhoto(options.photo as string, model));
    const patterns = options.capture.split(",").map((pattern) => pattern.trim());
    const arrays = await activations(model, input, patterns);
    const metadata = {
      weights: basename(model.weights.path),
      "weights.sha256": model.weights.sha256,
    };
    await writeArrays(options.out, arrays, metadata);
    console.log(`${options.out}: ${[...arrays.keys()].length} arrays`);
    for (const [name, { shape }] of arrays) console.log(`  ${name} [${shape.join(", ")}]`);
  } finally {
    await model.close();
  }
}
