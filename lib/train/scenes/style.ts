import type { Rgb } from "./color";
import type { Draws } from "./draws";
import type { Mood } from "./mood";

/** How a scene is rendered once it is composed. */
export interface Style {
  readonly name: "poster" | "painted" | "pencil" | "pastel" | "photo";
  /** Strength of textures, 0 (flat colours) to 1 and more. */
  readonly texture: number;
  /** Strength of outlines, 0..1. */
  readonly outline: number;
  /** Standard deviation of the grain of the film or paper, in levels of 255. */
  readonly grain: number;
  /** Share of neighbours that is mixed into each pixel, 0..1. */
  readonly blur: number;
  /** Towards white, 0..1, and colour strength, 1 for unchanged. */
  readonly pale: number;
  readonly saturation: number;
  /** Darkening of the corners, 0..1. */
  readonly vignette: number;
  /** Difference of brightness from one side to the other, and its direction in radians. */
  readonly slope: number;
  readonly direction: number;
  /** Factors per channel. */
  readonly cast: Rgb;
  readonly bricked: boolean;
}

type Look = Pick<Style, "name" | "texture" | "outline" | "pale" | "saturation">;

const LOOKS: readonly (readonly [number, Look])[] = [
  [2, { name: "poster", texture: 0.35, outline: 0, pale: 0, saturation: 1.05 }],
  [3, { name: "painted", texture: 1.25, outline: 0, pale: 0, saturation: 1.08 }],
  [2, { name: "pencil", texture: 0.7, outline: 0.75, pale: 0.08, saturation: 0.9 }],
  [1.5, { name: "pastel", texture: 0.8, outline: 0, pale: 0.22, saturation: 0.88 }],
  [4, { name: "photo", texture: 1, outline: 0, pale: 0, saturation: 0.95 }],
];

/** A style for a scene of this mood. */
export function drawStyle(draws: Draws, mood: Mood): Style {
  const look = draws.weigh(LOOKS);
  const photo = look.name === "photo";
  const cast = () => draws.between(0.95, 1.05);
  return {
    ...look,
    texture: look.texture * draws.between(0.8, 1.2),
    grain: photo ? draws.between(2, 9) : draws.between(0, 4),
    blur: draws.chance(photo ? 0.5 : 0.2) ? draws.between(0.2, 0.7) : 0,
    pale: mood.name === "night" ? look.pale / 2 : look.pale,
    vignette: photo ? draws.between(0.05, 0.3) : draws.between(0, 0.12),
    slope: draws.between(0, 0.22),
    direction: draws.between(0, 2 * Math.PI),
    cast: [cast(), cast(), cast()],
    bricked: draws.chance(0.4),
  };
}
