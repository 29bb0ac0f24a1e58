import { type Rgb, vary } from "./color";
import type { Draws } from "./draws";

/** Time of day and weather: the colours that all things of a scene share. */
export interface Mood {
  readonly name: "noon" | "clear" | "overcast" | "dawn" | "dusk" | "night";
  /** Colours of the sky at its top and at the horizon. */
  readonly zenith: Rgb;
  readonly horizon: Rgb;
  readonly cloud: Rgb;
  /** Colour of distance, and how thick the air is, 0..1. */
  readonly haze: Rgb;
  readonly hazeAmount: number;
  /** What light does to every colour but the sky's and lit windows': factors per channel. */
  readonly tint: Rgb;
  /** Share of windows with a lamp on. */
  readonly lit: number;
  /** Deep and bright colour of water. */
  readonly deep: Rgb;
  readonly shallow: Rgb;
}

const MOODS: readonly (readonly [number, Mood])[] = [
  [
    4,
    {
      name: "noon",
      zenith: [70, 140, 225],
      horizon: [185, 222, 245],
      cloud: [252, 253, 255],
      haze: [190, 215, 235],
      hazeAmount: 0.5,
      tint: [1.03, 1.02, 0.98],
      lit: 0,
      deep: [30, 95, 150],
      shallow: [80, 165, 195],
    },
  ],
  [
    3,
    {
      name: "clear",
      zenith: [50, 105, 200],
      horizon: [222, 232, 235],
      cloud: [255, 250, 242],
      haze: [205, 215, 225],
      hazeAmount: 0.35,
      tint: [1.06, 1, 0.92],
      lit: 0,
      deep: [15, 105, 120],
      shallow: [70, 180, 170],
    },
  ],
  [
    3,
    {
      name: "overcast",
      zenith: [150, 162, 176],
      horizon: [212, 217, 221],
      cloud: [232, 235, 238],
      haze: [200, 206, 212],
      hazeAmount: 0.6,
      tint: [0.88, 0.91, 0.94],
      lit: 0.15,
      deep: [75, 98, 115],
      shallow: [125, 150, 160],
    },
  ],
  [
    2,
    {
      name: "dawn",
      zenith: [120, 140, 205],
      horizon: [255, 214, 190],
      cloud: [255, 226, 222],
      haze: [235, 205, 205],
      hazeAmount: 0.65,
      tint: [1.02, 0.92, 0.92],
      lit: 0.25,
      deep: [85, 105, 160],
      shallow: [165, 165, 190],
    },
  ],
  [
    3,
    {
      name: "dusk",
      zenith: [75, 75, 145],
      horizon: [255, 165, 90],
      cloud: [250, 150, 110],
      haze: [232, 168, 138],
      hazeAmount: 0.5,
      tint: [1.04, 0.86, 0.8],
      lit: 0.6,
      deep: [62, 78, 128],
      shallow: [196, 138, 122],
    },
  ],
  [
    2,
    {
      name: "night",
      zenith: [10, 16, 46],
      horizon: [44, 58, 118],
      cloud: [62, 76, 118],
      haze: [52, 64, 108],
      hazeAmount: 0.45,
      tint: [0.68, 0.73, 0.9],
      lit: 0.75,
      deep: [30, 50, 110],
      shallow: [70, 100, 165],
    },
  ],
];

/** A mood with its colours a little moved. */
export function drawMood(draws: Draws): Mood {
  const mood = draws.weigh(MOODS);
  const moved = (color: Rgb) => vary(draws, color, 16);
  return {
    ...mood,
    zenith: moved(mood.zenith),
    horizon: moved(mood.horizon),
    cloud: vary(draws, mood.cloud, 8),
    haze: moved(mood.haze),
    hazeAmount: mood.hazeAmount * draws.between(0.4, 1.2),
    deep: moved(mood.deep),
    shallow: moved(mood.shallow),
  };
}
