import { extname, join } from "node:path";
import sharp from "sharp";
import { isFigureFormat } from "../figure/formats";
import { saveFigure } from "../figure/save";
import { writeWhole } from "../files";
import { maskPng } from "../image/maskPng";
import { withProgress } from "../progress";
import { sceneGallery } from "../train/scenes/gallery";
import { sceneStream } from "../train/scenes/sceneStream";
import type { Size } from "./options";

/** Options of `setr scenes`. */
export interface ScenesOptions {
  readonly firstSeed: number;
  readonly count: number;
  readonly imageSize: Size;
  readonly dpi?: number;
  readonly out: string;
}

/** Draws scenes: side by side with their labels as one figure, or as a folder of pictures and label PNGs. */
export async function scenesCommand({ firstSeed, count, imageSize, dpi, out }: ScenesOptions): Promise<void> {
  const seeds = Array.from({ length: count }, (_, i) => firstSeed + i);
  if (isFigureFormat(extname(out).slice(1).toLowerCase())) {
    await saveFigure(await sceneGallery(seeds, { size: imageSize }), out, dpi === undefined ? {} : { dpi });
    console.log(out);
    return;
  }
  await withProgress("Scenes", undefined, async (tell) => {
    let written = 0;
    for await (const { seed, pixels, labels, height, width } of sceneStream(seeds, { size: imageSize })) {
      const picture = sharp(pixels, { raw: { height, width, channels: 3 } }).png();
      await writeWhole(join(out, "images", `${seed}.png`), await picture.toBuffer());
      const mask = { height, width, classes: Uint16Array.from(labels) };
      await writeWhole(join(out, "labels", `${seed}.png`), await maskPng(mask));
      tell(++written, count);
    }
  });
  console.log(`${join(out, "images")}: ${count} pictures`);
  console.log(`${join(out, "labels")}: their labels`);
}
