import sharp from "sharp";
import { ImageError } from "../errors";

/**
 * A mask as a PNG whose grey values are the class numbers: 8 bits, or 16 when there are more than 256 classes.
 *
 * @param classes class numbers, row-major
 * @returns the file's bytes
 * @throws ImageError `classes` when a number does not fit 16 bits
 */
export async function maskPng(mask: { height: number; width: number; classes: Uint16Array }): Promise<Buffer> {
  const { height, width, classes } = mask;
  if (classes.length !== height * width) {
    throw new ImageError("classes", `mask: expected ${height * width} class numbers, found ${classes.length}`);
  }
  const wide = classes.some((value) => value > 255);
  const raw = { width, height, channels: 1 as const };
  const picture = sharp(wide ? classes : Uint8Array.from(classes), { raw });
  return picture
    .toColourspace(wide ? "grey16" : "b-w")
    .png({ palette: false })
    .toBuffer();
}
