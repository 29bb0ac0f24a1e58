// L layers, H heads, h x w patch grid
import type { RgbImage } from "../../arrays";
import { FigureError } from "../../errors";
import type { AtlasLayer } from "../attentionAtlas";
import { checkGrid, checkPhoto } from "../checks";
import { type ColorMapName, colorTable } from "../colorMaps";
import { checkText } from "../textLayout";
import type { Interactive, Json } from "./interactive";
import { packedArrays, packMaps } from "./packing";

/** Options of {@link atlasExplorer}. */
export interface AtlasExplorerOptions {
  /** Default `viridis`. */
  readonly colorMap?: ColorMapName;
  /** What the values are, beside the colour bar; default "Attention". */
  readonly valueLabel?: string;
  /** What the model saw, shown below the chosen head's map where one is given. */
  readonly photo?: RgbImage;
}

/**
 * What every head of every layer looks at: point at a head, and its map is enlarged; heads can be sorted.
 *
 * @param layers as for `attentionAtlasFigure`, e.g. what `attentionAtlas` gives
 * @param options see {@link AtlasExplorerOptions}
 * @throws FigureError `maps-empty`, `heads-differ`, `grid-invalid`, `explorer-invalid`, `color-map-unknown`, `photo-invalid`
 */
export function atlasExplorer(layers: readonly AtlasLayer[], options: AtlasExplorerOptions = {}): Interactive {
  const { colorMap = "viridis", valueLabel = "Attention", photo } = options;
  if (photo) checkPhoto("photo", photo);
  const { height, width, perLayer } = sizesOf(layers);
  const all = layers.flatMap(({ layer, heads }) => heads.map((head, i) => ({ ...head, layer, number: i + 1 })));
  const values = new Float32Array(all.length * height * width);
  all.forEach(({ map }, i) => {
    values.set(map.data, i * height * width);
  });
  const heads = all.map(({ layer, number, distance, entropy }): Json => {
    return { layer, number, distance: distance ?? null, entropy: entropy ?? null };
  });
  return {
    kind: "atlas",
    data: { grid: { height, width }, heads, perLayer, valueLabel: checkText("valueLabel", valueLabel) },
    arrays: { colors: colorTable(colorMap), ...packedArrays("maps", packMaps("heads", values, height * width)) },
    images: {},
    photos: photo ? { photo } : {},
  };
}

function sizesOf(layers: readonly AtlasLayer[]): { height: number; width: number; perLayer: number } {
  const first = layers[0]?.heads[0]?.map;
  if (!first) throw new FigureError("maps-empty", "maps: expected at least one head of one layer, found none");
  const { height, width } = first;
  const perLayer = layers[0].heads.length;
  for (const { layer, heads } of layers) {
    if (heads.length !== perLayer) {
      throw new FigureError("heads-differ", `layer ${layer}: expected ${perLayer} heads, found ${heads.length}`);
    }
    for (const { map } of heads) {
      checkGrid(`layer ${layer}`, map);
      if (map.height === height && map.width === width) continue;
      const found = `${map.height}x${map.width}`;
      throw new FigureError("grid-invalid", `layer ${layer}: expected maps of ${height}x${width}, found ${found}`);
    }
  }
  return { height, width, perLayer };
}
