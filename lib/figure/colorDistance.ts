/** A colour as three bytes, 0..255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** A colour in OKLab: lightness 0..1, then green to red and blue to yellow about 0. */
export type Lab = readonly [lightness: number, a: number, b: number];

type Matrix = readonly (readonly [number, number, number])[];

/** Linear RGB to the responses of the cones. Source: Ottosson, A perceptual color space for image processing (2020). */
const CONES: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];

/** Cube roots of the cones' responses to OKLab. Source: as above. */
const OKLAB: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];

/**
 * Linear RGB as seen without red, green or blue cones, and how much a distance seen so counts: in proportion to how
 * rare the sight is. Source: Machado, Oliveira and Fernandes, A physiologically-based model for simulation of color
 * vision deficiency (2009), severity 1.
 */
const SIGHTS: readonly { readonly matrix: Matrix; readonly weight: number }[] = [
  {
    matrix: [
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
    weight: 1.6,
  },
  {
    matrix: [
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.01182, 0.04294, 0.968881],
    ],
    weight: 1.6,
  },
  {
    matrix: [
      [1.255528, -0.076749, -0.178779],
      [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.3039],
    ],
    weight: 3,
  },
];

/** A colour as the usual eye sees it, and then as each of the eyes in `SIGHTS` does. */
export type Appearance = readonly Lab[];

/** A colour in OKLab. */
export function toLab(color: Rgb): Lab {
  return labOf(linear(color));
}

/** How a colour looks to the usual eye and to colour-blind ones. */
export function appearance(color: Rgb): Appearance {
  const light = linear(color);
  return [labOf(light), ...SIGHTS.map(({ matrix }) => labOf(times(matrix, light).map(inGamut)))];
}

/**
 * How far two colours are apart for the eye that tells them apart least.
 *
 * @returns distance in OKLab, about 1 from black to white; those of colour-blind eyes count somewhat larger
 */
export function distance(one: Appearance, other: Appearance): number {
  let least = apart(one[0], other[0]);
  for (let i = 0; i < SIGHTS.length; i++) {
    least = Math.min(least, SIGHTS[i].weight * apart(one[i + 1], other[i + 1]));
  }
  return least;
}

function apart(one: Lab, other: Lab): number {
  return Math.sqrt((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2);
}

/** Reads `#rrggbb`. */
export function fromHex(color: string): Rgb {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return [red, green, blue];
}

/** Writes `#rrggbb`. */
export function toHex([red, green, blue]: Rgb): string {
  return `#${((1 << 24) | (red << 16) | (green << 8) | blue).toString(16).slice(1)}`;
}

/** Takes the display's curve off. Source: IEC 61966-2-1 (sRGB). */
function linear(color: Rgb): number[] {
  return color.map((byte) => {
    const level = byte / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });
}

function labOf(light: readonly number[]): Lab {
  const [lightness, a, b] = times(OKLAB, times(CONES, light).map(Math.cbrt));
  return [lightness, a, b];
}

function times(matrix: Matrix, [x, y, z]: readonly number[]): number[] {
  return matrix.map(([a, b, c]) => a * x + b * y + c * z);
}

function inGamut(level: number): number {
  return Math.min(1, Math.max(0, level));
}
