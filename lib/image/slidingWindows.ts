import { ImageError } from "../errors";

/** One window of a larger picture, in pixels. */
export interface Window {
  readonly top: number;
  readonly left: number;
}

/**
 * Where windows begin that cover a picture: `stride` apart, the last ones pulled back inside.
 *
 * @param picture height and width in pixels, at least the window's
 * @param window height and width of a window in pixels
 * @param stride distance of neighbouring windows in pixels, 1 to the window's smaller side
 * @throws ImageError `stride`, `too-small`
 * Source: mmsegmentation, EncoderDecoder.slide_inference.
 */
export function slidingWindows(
  picture: { height: number; width: number },
  window: { height: number; width: number },
  stride: number,
): Window[] {
  const longest = Math.min(window.height, window.width);
  if (!Number.isInteger(stride) || stride < 1 || stride > longest) {
    throw new ImageError("stride", `stride: expected a whole number from 1 to ${longest}, found ${stride}`);
  }
  if (picture.height < window.height || picture.width < window.width) {
    const found = `${picture.height}x${picture.width}`;
    throw new ImageError("too-small", `picture: expected at least ${window.height}x${window.width}, found ${found}`);
  }
  const tops = starts(picture.height, window.height, stride);
  const lefts = starts(picture.width, window.width, stride);
  return tops.flatMap((top) => lefts.map((left) => ({ top, left })));
}

function starts(length: number, window: number, stride: number): number[] {
  const count = Math.ceil((length - window) / stride) + 1;
  return Array.from({ length: count }, (_, i) => Math.min(i * stride, length - window));
}
