import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import sharp, { type Sharp } from "sharp";
import type { RgbImage } from "../arrays";
import { ImageError } from "../errors";

/**
 * How a photo comes to the model's size: `stretch` ignores the aspect ratio (the authors' way for figures), `cover` fills
 * the frame and cuts the rest, `contain` shows all and fills with the mean colour.
 */
export type Fit = "stretch" | "cover" | "contain";

/** Pictures larger than this are refused before anything is decoded, in pixels. */
export const MAX_PIXELS = 268_402_689;

/** A photo at the size at which the model sees it. */
export interface Photo {
  /** File name without folders. */
  readonly name: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  /** The pixels the model sees. */
  readonly image: RgbImage;
  /** Size of the picture in the file, orientation applied, in pixels. */
  readonly originalHeight: number;
  readonly originalWidth: number;
}

/**
 * Reads a JPEG, PNG, WebP, AVIF, TIFF or GIF: orientation applied, transparency laid on white, converted to sRGB.
 *
 * @param path picture file
 * @param size wanted height and width in pixels
 * @param fit what to do with another aspect ratio; `stretch` by default
 * @throws ImageError `not-found`, `empty`, `too-large`, `not-an-image`
 */
export async function readPhoto(
  path: string,
  size: { height: number; width: number },
  fit: Fit = "stretch",
): Promise<Photo> {
  return decode(path, (picture) =>
    picture.resize({ ...size, fit: fit === "stretch" ? "fill" : fit, background: MEAN_COLOUR }),
  );
}

/**
 * Reads a photo for sliding windows: the shorter side at `shortSide` pixels, the aspect ratio kept.
 *
 * @throws ImageError as `readPhoto`
 */
export async function readPhotoForWindows(path: string, shortSide: number): Promise<Photo> {
  return decode(path, (picture) => picture.resize({ height: shortSide, width: shortSide, fit: "outside" }));
}

const MEAN_COLOUR = { r: 124, g: 116, b: 104 };

async function decode(path: string, resize: (picture: Sharp) => Sharp): Promise<Photo> {
  const bytes = await readPicture(path);
  const options = { limitInputPixels: MAX_PIXELS, autoOrient: true };
  try {
    const { autoOrient } = await sharp(bytes, options).metadata();
    const upright = sharp(bytes, options).flatten({ background: "white" }).toColourspace("srgb");
    const { data, info } = await resize(upright).removeAlpha().raw().toBuffer({ resolveWithObject: true });
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
