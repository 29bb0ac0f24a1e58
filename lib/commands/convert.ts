import { basename } from "node:path";
import { convertCheckpoint } from "../checkpoint/convert";
import { checkComplete, examineCheckpoint } from "../checkpoint/examine";
import type { PosEmbedResize } from "../model/posEmbed";
import { resolveWeights } from "../paths";
import { type OnProgress, withProgress } from "../progress";
import { type HintOptions, hintsOf, posEmbedResizeOf, type Size } from "./options";

/** Options of `setr convert`. */
export interface ConvertCommandOptions extends HintOptions {
  readonly dtype?: "f32" | "f16";
  readonly imageSize?: Size;
  readonly posEmbedMode: PosEmbedResize["mode"];
  readonly posEmbedAlignCorners?: boolean;
}

/** Converts a checkpoint of any family to .safetensors with the official release's names. */
export async function convertCommand(weights: string, out: string, options: ConvertCommandOptions): Promise<void> {
  const path = resolveWeights(weights);
  const examined = await examineCheckpoint(path, hintsOf(options));
  checkComplete(examined);
  for (const note of examined.notes) console.error(note);
  const convert = (tell: OnProgress) => {
    return convertCheckpoint(examined, out, {
      ...(options.dtype === undefined ? {} : { dtype: options.dtype === "f16" ? "F16" : "F32" }),
      ...(options.imageSize === undefined ? {} : { imageSize: options.imageSize }),
      posEmbedResize: posEmbedResizeOf(options),
      onProgress: tell,
    });
  };
  await withProgress(`Convert ${basename(path)}`, undefined, convert, { unit: "bytes" });
  console.log(`${out}: ${examined.mapped.family.title}, ${examined.used.size} tensors`);
}
