import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import sharp, { type Sharp } from "sharp";
import { ImageError } from "../errors";
import type { Photo } from "./photo";

/** Pictures larger than this are refused before anything is decoded, in pixels. */
export const MAX_PIXELS = 268_402_689;

/** The mean colour of ImageNet, which normalisation by its means makes about zero. */
export const MEAN_COLOUR = { r: 124, g: 116, b: 104 };

/**
 * Reads a picture file as `readPhoto` does, with a size of the caller's.
 *
 * @param resize puts the steps that change its size onto the upright picture, whose size it is given
 * @throws ImageError as `readPhoto`
 */
export async function decodePhoto(
  path: string,
  resize: (picture: Sharp, original: { readonly height: number; readonly width: number }) => Sharp,
): Promise<Photo> {
  const bytes = await readPicture(path);
  const options = { limitInputPixels: MAX_PIXELS, autoOrient: true };
  try {
    const { autoOrient } = await sharp(bytes, options).metadata();
    const upright = sharp(bytes, options).flatten({ background: "white" }).toColourspace("srgb");
    const { data, info } = await resize(upright, autoOrient).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    return {
      name: basename(path),
      sha256: createHash("sha256").update(bytes).digest("hex"),
      image: { height: info.height, width: info.width, data: toRgb(data, info.channels) },
      originalHeight: autoOrient.height,
      originalWidth: autoOrient.width,
    };
  } catch (error) {
    throw refusal(path, error as Error);
  }
}

async function readPicture(path: string): Promise<Buffer> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) {
    throw new ImageError("not-found", `${path}: expected a picture, found ${found ? "a folder" : "no such file"}`);
  }
  if (found.size === 0) throw new ImageError("empty", `${path}: expected a picture, found an empty file`);
  return readFile(path);
}

function refusal(path: string, error: Error): ImageError {
  if (/pixel limit|exceeds|too large/i.test(error.message)) {
    return new ImageError("too-large", `${path}: expected at most ${MAX_PIXELS} pixels, found more (${error.message})`);
  }
  const reason = error.message.split("\n", 1)[0];
  return new ImageError("not-an-image", `${path}: expected JPEG, PNG, WebP, AVIF, TIFF or GIF, found: ${reason}`);
}

function toRgb(data: Buffer, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = data.length / channels;
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) rgb.fill(data[i * channels] as number, 3 * i, 3 * i + 3);
  return rgb;
}
