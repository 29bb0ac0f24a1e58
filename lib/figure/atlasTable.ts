// H heads, h x w patch grid
import type { Grid } from "../arrays";
import { type AtlasGrid, NUMBER_GAP } from "./atlasGrid";
import type { Block } from "./colorBar";
import type { ColorMapName } from "./colorMaps";
import { type FigureElement, grouped, type MosaicElement, type TextElement } from "./description";
import type { PageArea } from "./page";
import { ascentOf, CAP_HEIGHT, COLOR, GAP, lineHeight, MM_PER_POINT, SIZE } from "./style";
import { numberLine, numberWidth, textLine, widthOf } from "./textLayout";

/** Order of the heads within a layer. */
export type AtlasSort = "position" | "distance" | "entropy";

/** What one head looks at. */
export interface AtlasHead {
  /** One value per patch; the same grid for all heads. */
  readonly map: Grid;
  /** Mean attention distance in pixels. */
  readonly distance?: number;
  /** Mean attention entropy divided by ln N, 0 to 1. */
  readonly entropy?: number;
}

/** A head in the order shown. */
export interface ShownHead extends AtlasHead {
  /** 1-based, in the model. */
  readonly number: number;
}

/** A layer with its heads in the order shown. */
export interface ShownLayer {
  readonly layer: number;
  readonly heads: readonly ShownHead[];
}

/** Distance and entropy; before them the head's number, where columns do not say it. */
export function valuesText({ number, distance, entropy }: ShownHead, sort: AtlasSort): string {
  const values = [distance?.toFixed(0), entropy?.toFixed(2)]
    .filter((value) => value !== undefined)
    .join("\u2009·\u2009");
  return values !== "" && sort !== "position" ? `${number}: ${values}` : values;
}

/** How the table looks. */
export interface TableStyle {
  readonly grid: AtlasGrid;
  readonly sort: AtlasSort;
  readonly scale: MosaicElement["range"];
  readonly colorMap: ColorMapName;
}

/** All rows in their blocks, with the numbers of layers and heads; the axes' names stand to the left and above. */
export function atlasTable(shown: readonly ShownLayer[], style: TableStyle, area: PageArea): Block {
  const { grid, sort } = style;
  const { rows, rowPitch, blockPitch, gutter, tileWidth, gap } = grid;
  const heads = shown[0].heads.length;
  const hasColumns = heads > 1;
  const top = area.y + (hasColumns ? lineHeight(SIZE.label) + (sort === "position" ? lineHeight(SIZE.tick) : 0) : 0);
  const height = Math.max(rows * rowPitch - gap, widthOf("Layer", SIZE.label));
  const middle = { anchor: "middle" } as const;
  const elements = shown.flatMap(({ layer, heads }, i) => {
    const x = area.x + Math.floor(i / rows) * blockPitch + gutter;
    return grouped(`layer-${layer}`, rowElements(layer, heads, { x, y: top + (i % rows) * rowPitch }, style));
  });
  const side = {
    x: area.x - lineHeight(SIZE.label) + ascentOf(SIZE.label),
    y: top + height / 2,
    rotation: -90,
  } as const;
  const width = heads * (tileWidth + gap) - gap;
  const long = `Heads by ${sort}`;
  const name = sort === "position" ? "Head" : widthOf(long, SIZE.label) <= width ? long : "Heads";
  const names: FigureElement[] = [textLine("Layer", { id: "layer-name", ...side, ...middle })];
  for (let block = 0; block < grid.blocks && hasColumns; block++) {
    const x = area.x + block * blockPitch + gutter;
    const center = x + width / 2;
    names.push(
      textLine(name, { id: `head-name-${block + 1}`, x: center, y: area.y + ascentOf(SIZE.label), ...middle }),
    );
    if (sort === "position") names.push(...headNumbers(heads, block, { x, y: top - lineHeight(SIZE.tick) }, grid));
  }
  return { elements: [...elements, ...names], bottom: top + height };
}

/** Numbers of the heads above their columns, as many as fit. */
function headNumbers(heads: number, block: number, at: { x: number; y: number }, grid: AtlasGrid): TextElement[] {
  const pitch = grid.tileWidth + grid.gap;
  const step = Math.ceil((numberWidth(`${heads}`, SIZE.tick) + 0.5 * GAP.text) / pitch);
  const style = { y: at.y + ascentOf(SIZE.tick), anchor: "middle", size: SIZE.tick, color: COLOR.tick } as const;
  return Array.from({ length: Math.ceil(heads / step) }, (_, i) => {
    const head = i * step + 1;
    const x = at.x + i * step * pitch + grid.tileWidth / 2;
    return numberLine(`${head}`, { id: `head-${block + 1}-${head}`, x, ...style });
  });
}

/** The maps of a layer, its number to the left, and the heads' numbers below. */
function rowElements(
  layer: number,
  heads: readonly ShownHead[],
  at: { readonly x: number; readonly y: number },
  { grid, sort, scale, colorMap }: TableStyle,
): FigureElement[] {
  const { tileWidth, tileHeight, gap } = grid;
  const [{ map }] = heads;
  const values = new Float32Array(heads.length * map.data.length);
  heads.forEach((head, i) => {
    values.set(head.map.data, i * map.data.length);
  });
  const size = { x: at.x, y: at.y, width: heads.length * (tileWidth + gap) - gap, height: tileHeight };
  const tiles = { rows: 1, cols: heads.length, tileHeight: map.height, tileWidth: map.width, gap };
  const mosaic: MosaicElement = {
    kind: "mosaic",
    id: `maps-${layer}`,
    ...size,
    ...tiles,
    values,
    range: scale,
    colorMap,
  };
  const small = { size: SIZE.tick, color: COLOR.tick } as const;
  const drop = (CAP_HEIGHT * SIZE.tick * MM_PER_POINT) / 2;
  const place = { x: at.x - 0.8 * GAP.text, y: at.y + tileHeight / 2 + drop, anchor: "end" } as const;
  const name = numberLine(`${layer}`, { id: `layer-${layer}-number`, ...place, ...small });
  if (grid.below === "nothing") return [mosaic, name];
  const y = at.y + tileHeight + NUMBER_GAP + ascentOf(SIZE.tick);
  const numbers = heads.map((head, i) => {
    const x = at.x + i * (tileWidth + gap) + tileWidth / 2;
    const id = `layer-${layer}-head-${head.number}`;
    return numberLine(grid.below === "heads" ? `${head.number}` : valuesText(head, sort), {
      id,
      x,
      y,
      anchor: "middle",
      ...small,
    });
  });
  return [mosaic, name, ...numbers.filter(({ runs }) => runs[0].text !== "")];
}
