// C channels, K components (at most 3), h x w grid
import type { RgbImage } from "../arrays";
import { AnalysisError } from "../errors";
import type { FeatureMap } from "./features";
import type { MatrixProduct } from "./matrix";
import { fitPca, type Pca, project } from "./pca";

/** `joint`: one minimum and maximum over the three components (the authors' way); `component`: one for each. */
export type ColourRange = "joint" | "component";

/** Lowest and highest coordinate, which become 0 and 255. */
export interface ColourLimits {
  readonly min: number;
  readonly max: number;
}

/** How features of C channels become red, green and blue, for any map of them. */
export interface ColourBasis {
  /** Mean and the first K directions. */
  readonly pca: Pca;
  /** Of red, green and blue. */
  readonly limits: readonly [red: ColourLimits, green: ColourLimits, blue: ColourLimits];
}

/** PCA false colours of one or several maps, which share the fit. */
export interface FalseColours extends ColourBasis {
  /** One picture per map, at the map's own grid. */
  readonly images: readonly RgbImage[];
}

/**
 * The first three principal components as red, green and blue, fitted on the positions of all maps together.
 *
 * @param maps feature maps with equally many channels (at least 1), e.g. Z5 of several images
 * @param product see `fitPca`
 * @param range one minimum and maximum for all (`joint`, default) or one for each component
 * @returns the pictures, h x w each, and the fit; a direction without variance gives the middle of the range
 * @throws AnalysisError `pca-samples`
 * Source: the official release's visualisation script for Figure 3, which fits the patches of all pictures together.
 */
export async function falseColours(
  maps: readonly FeatureMap[],
  product: MatrixProduct,
  range: ColourRange = "joint",
): Promise<FalseColours> {
  const { basis, coordinates } = await fitted(maps, product, range);
  const images = maps.map((map, i) => toImage(map, coordinates[i], basis));
  return { images, ...basis };
}

/**
 * The fit alone; see `falseColours`.
 *
 * @throws AnalysisError `pca-samples`
 */
export async function fitColours(
  maps: readonly FeatureMap[],
  product: MatrixProduct,
  range: ColourRange = "joint",
): Promise<ColourBasis> {
  return (await fitted(maps, product, range)).basis;
}

/**
 * A map in the colours of a fit made elsewhere: the same features give the same colour. What lies outside the fit's range
 * takes the colour at its end.
 *
 * @throws AnalysisError `basis-width` for another number of channels than the fit's
 */
export function inColours(basis: ColourBasis, map: FeatureMap): RgbImage {
  if (basis.pca.width !== map.channels) {
    const expected = `${basis.pca.width} channels, as it was fitted on`;
    throw new AnalysisError("basis-width", `basis: expected ${expected}, found ${map.channels}`);
  }
  return toImage(map, project(basis.pca, map.samples), basis);
}

async function fitted(maps: readonly FeatureMap[], product: MatrixProduct, range: ColourRange) {
  const channels = maps[0]?.channels ?? 0;
  if (channels === 0 || maps.some((map) => map.channels !== channels)) {
    const found = maps.map((map) => map.channels).join(", ") || "no maps";
    throw new AnalysisError("pca-samples", `PCA: expected maps of equally many channels, found ${found}`);
  }
  const pca = await fitPca(joined(maps), channels, Math.min(3, channels), product);
  const coordinates = maps.map((map) => project(pca, map.samples));
  const used = pca.components.length;
  const limit = (k: number) => limitsOf(coordinates, used, range === "joint" ? undefined : Math.min(k, used - 1));
  return { basis: { pca, limits: [limit(0), limit(1), limit(2)] } satisfies ColourBasis, coordinates };
}

function joined(maps: readonly FeatureMap[]): Float32Array {
  if (maps.length === 1) return maps[0].samples;
  const all = new Float32Array(maps.reduce((total, map) => total + map.samples.length, 0));
  let offset = 0;
  for (const map of maps) {
    all.set(map.samples, offset);
    offset += map.samples.length;
  }
  return all;
}

function limitsOf(coordinates: readonly Float32Array[], used: number, component: number | undefined): ColourLimits {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const values of coordinates) {
    for (let i = component ?? 0; i < values.length; i += component === undefined ? 1 : used) {
      min = Math.min(min, values[i]);
      max = Math.max(max, values[i]);
    }
  }
  return { min, max };
}

function toImage({ height, width }: FeatureMap, coordinates: Float32Array, { pca, limits }: ColourBasis): RgbImage {
  const used = pca.components.length;
  const data = new Uint8Array(3 * height * width);
  for (let i = 0; i < height * width; i++) {
    for (let k = 0; k < 3; k++) {
      const { min, max } = limits[k];
      const value = k < used ? coordinates[i * used + k] : (min + max) / 2;
      const share = max > min ? (value - min) / (max - min) : 128 / 255;
      data[3 * i + k] = Math.round(255 * Math.min(1, Math.max(0, share)));
    }
  }
  return { height, width, data };
}
