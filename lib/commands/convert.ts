import { Presets, SingleBar } from "cli-progress";
import { convertCheckpoint } from "../checkpoint/convert";
import { checkComplete, examineCheckpoint } from "../checkpoint/examine";
import type { PosEmbedResize } from "../model/posEmbed";
import { type HintOptions, hintsOf, type Size } from "./options";

/** Options of `setr convert`. */
export interface ConvertCommandOptions extends HintOptions {
  readonly dtype?: "f32" | "f16";
  readonly imageSize?: Size;
  readonly posEmbedMode: PosEmbedResize["mode"];
  readonly posEmbedAlignCorners?: boolean;
}

/** Converts a checkpoint of any family to .safetensors with the official release's names. */
export async function convertCommand(path: string, out: string, options: ConvertCommandOptions): Promise<void> {
  const examined = await examineCheckpoint(path, hintsOf(options));
  checkComplete(examined);
  for (const note of examined.notes) console.error(note);
  const bar = new SingleBar(
    { format: "{bar} {percentage} % of {total} MB, {duration_formatted}", stream: process.stderr, barsize: 30, fps: 5 },
    Presets.shades_classic,
  );
  bar.start(Math.round(examined.mapped.file.byteLength / 1e6), 0);
  try {
    await convertCheckpoint(examined, out, {
      ...(options.dtype === undefined ? {} : { dtype: options.dtype === "f16" ? "F16" : "F32" }),
      ...(options.imageSize === undefined ? {} : { imageSize: options.imageSize }),
      posEmbedResize: { mode: options.posEmbedMode, alignCorners: options.posEmbedAlignCorners ?? false },
      onProgress: (read) => bar.update(Math.round(read / 1e6)),
    });
  } finally {
    bar.stop();
  }
  console.log(`${out}: ${examined.mapped.family.title}, ${examined.used.size} tensors`);
}
