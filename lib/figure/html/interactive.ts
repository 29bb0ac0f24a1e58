import type { RgbImage } from "../../arrays";
import type { Figure } from "../description";

/** Plain data, as JSON holds it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What a reader can do with a figure in a browser; each is a script of `lib/browser`. */
export type InteractiveKind = "points" | "features" | "atlas";

/** The part of a figure that answers to mouse and keyboard; only HTML files have it. */
export interface Interactive {
  readonly kind: InteractiveKind;
  /** What it shows, and the names of its arrays and pictures. */
  readonly data: Readonly<Record<string, Json>>;
  /** Bytes by name. */
  readonly arrays: Readonly<Record<string, Uint8Array>>;
  /** Pictures by name, every pixel kept. */
  readonly images: Readonly<Record<string, RgbImage>>;
  /** Photos by name, to look at: they lose what the eye does not see. */
  readonly photos: Readonly<Record<string, RgbImage>>;
}

/**
 * A figure that answers to mouse and keyboard when it is saved as HTML, and is what it was in any other format.
 *
 * @param figure shown where scripts are off
 * @param interactive e.g. what `attentionExplorer` gives
 */
export function withExplorer(figure: Figure, interactive: Interactive): Figure {
  return { ...figure, interactive };
}
