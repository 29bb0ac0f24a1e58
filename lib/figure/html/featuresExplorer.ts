// P positions of a layer's own grid
import type { Grid, RgbImage } from "../../arrays";
import { FigureError } from "../../errors";
import { checkGrid, checkPhoto } from "../checks";
import { type ColorMapName, colorTable } from "../colorMaps";
import { checkText } from "../textLayout";
import type { Interactive, Json } from "./interactive";
import { packedArrays, packMaps } from "./packing";

/** The features of one layer, ready to be shown. */
export interface ExplorerLayer {
  /** E.g. "Z12"; unique. */
  readonly name: string;
  /** False colours, e.g. of principal components. */
  readonly colours: RgbImage;
  /** One value per position, e.g. "norm", "mean", "channel 7"; at least one, of the size of the false colours. */
  readonly maps: readonly { readonly name: string; readonly map: Grid }[];
}

/** Options of {@link featuresExplorer}. */
export interface FeaturesExplorerOptions {
  /** Colours of maps of one value; default `viridis`. */
  readonly colorMap?: ColorMapName;
}

/**
 * Figure 3 layer by layer: false colours, or one value per position, enlarged with its values.
 *
 * @param input what the model saw
 * @param layers from input to output, e.g. what `explorerFeatures` gives
 * @param options see {@link FeaturesExplorerOptions}
 * @throws FigureError `maps-empty`, `name-twice`, `grid-invalid`, `photo-invalid`, `explorer-invalid`, `color-map-unknown`
 */
export function featuresExplorer(
  input: RgbImage,
  layers: readonly ExplorerLayer[],
  { colorMap = "viridis" }: FeaturesExplorerOptions = {},
): Interactive {
  checkPhoto("input", input);
  if (layers.length === 0) throw new FigureError("maps-empty", "layers: expected at least one, found none");
  const names = new Set<string>();
  for (const layer of layers) {
    checkLayer(layer);
    if (names.has(layer.name)) {
      throw new FigureError("name-twice", `name: expected each once, found ${layer.name} twice`);
    }
    names.add(layer.name);
  }
  const list = layers.map(({ name, colours, maps }): Json => {
    const { height, width } = colours;
    return { name, height, width, maps: maps.map((map) => map.name) };
  });
  const arrays = layers.map((layer) => packedArrays(layer.name, packMaps(layer.name, joined(layer), sizeOf(layer))));
  return {
    kind: "features",
    data: { layers: list },
    arrays: Object.assign({ colors: colorTable(colorMap) }, ...arrays),
    images: Object.fromEntries(layers.map(({ name, colours }) => [name, colours])),
    photos: { input },
  };
}

function checkLayer({ name, colours, maps }: ExplorerLayer): void {
  checkText("name", name);
  checkPhoto(name, colours);
  if (maps.length === 0) throw new FigureError("maps-empty", `${name}: expected at least one map, found none`);
  for (const { name: title, map } of maps) {
    checkText("name", title);
    checkGrid(`${name}, ${title}`, map);
    if (map.height === colours.height && map.width === colours.width) continue;
    const [expected, found] = [colours, map].map((size) => `${size.height}x${size.width}`);
    throw new FigureError("grid-invalid", `${name}, ${title}: expected ${expected} as the colours, found ${found}`);
  }
}

function sizeOf({ colours }: ExplorerLayer): number {
  return colours.height * colours.width;
}

/** Its maps one after another. */
function joined(layer: ExplorerLayer): Float32Array {
  const values = new Float32Array(layer.maps.length * sizeOf(layer));
  layer.maps.forEach(({ map }, i) => {
    values.set(map.data, i * sizeOf(layer));
  });
  return values;
}
