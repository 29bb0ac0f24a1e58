// L layers, H heads
import { FigureError } from "../errors";
import { GAP, lineHeight, SIZE, textHeight } from "./style";
import { numberWidth } from "./textLayout";

/** What stands below the maps: their heads' values, or in an order other than the model's their heads' numbers alone. */
export interface AtlasTexts {
  readonly kind: "values" | "heads";
  /** Of the widest, mm. */
  readonly width: number;
}

/** What is to be laid out. */
export interface AtlasContent {
  readonly layers: number;
  readonly heads: number;
  /** Height of a map relative to its width. */
  readonly aspect: number;
  /** Highest number of a layer. */
  readonly lastLayer: number;
  /** What would stand below the maps, the fullest first; none without numbers. */
  readonly texts: readonly AtlasTexts[];
  readonly numbers: "auto" | "show" | "hide";
}

/** Room on the page, mm. */
export interface AtlasRoom {
  readonly width: number;
  /** For the rows, unless numbers are asked for. */
  readonly height: number;
}

/** Sizes of an atlas, mm. */
export interface AtlasGrid {
  /** Layers stand in so many blocks side by side, of so many rows each but the last. */
  readonly blocks: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Between maps. */
  readonly gap: number;
  /** From a row to the next. */
  readonly rowPitch: number;
  /** From a block to the next. */
  readonly blockPitch: number;
  /** From the left of a block to its maps: room for the layers' numbers. */
  readonly gutter: number;
  readonly below: AtlasTexts["kind"] | "nothing";
}

/** Widest map, unless its values are wider, and the distance between maps, mm. */
const TILE = { widest: 12, gap: 0.6 } as const;

/**
 * Maps may become so much smaller for the sake of their values, of the numbers of heads that nothing else tells, or of a
 * page that is less tall.
 */
const CONCESSION = { values: 0.8, heads: 0.6, blocks: 0.9 } as const;

/** Distance between the texts below neighbouring maps, mm. */
const TEXT_GAP = 0.9;

/** Distance between a map and its numbers, mm. */
export const NUMBER_GAP = 0.3;

/**
 * Sizes and blocks with which the maps are as wide as the page allows.
 *
 * @throws FigureError `option-invalid` when numbers are asked for that are wider than their maps
 */
export function atlasGrid(content: AtlasContent, room: AtlasRoom): AtlasGrid {
  const without = widest(gridsOf(content, room));
  if (content.texts.length === 0 || content.numbers === "hide") return without;
  if (content.numbers === "show") return asked(content, content.texts[0], room);
  for (const texts of content.texts) {
    const { kind, width } = texts;
    const grids = gridsOf(content, room, texts).filter((grid) => width <= roomBelow(grid));
    if (grids.length === 0) continue;
    const grid = widest(grids);
    if (grid.tileWidth >= CONCESSION[kind] * without.tileWidth) return grid;
  }
  return without;
}

/** With numbers, however tall. */
function asked(content: AtlasContent, texts: AtlasTexts, room: AtlasRoom): AtlasGrid {
  const grid = widest(gridsOf(content, { ...room, height: Number.POSITIVE_INFINITY }, texts));
  if (texts.width <= roomBelow(grid)) return grid;
  const found = `${grid.tileWidth.toFixed(1)} mm`;
  throw new FigureError(
    "option-invalid",
    `numbers: expected maps of at least ${texts.width.toFixed(1)} mm, found ${found}`,
  );
}

function roomBelow({ tileWidth, gap }: Pick<AtlasGrid, "tileWidth" | "gap">): number {
  return tileWidth + gap - TEXT_GAP;
}

/** Of the numbers of blocks with nearly the widest maps the largest, which gives the lowest page. */
function widest(grids: readonly AtlasGrid[]): AtlasGrid {
  const most = Math.max(...grids.map(({ tileWidth }) => tileWidth));
  return grids.findLast(({ tileWidth }) => tileWidth >= CONCESSION.blocks * most)!;
}

/** One for each number of blocks. */
function gridsOf(content: AtlasContent, room: AtlasRoom, texts?: AtlasTexts): AtlasGrid[] {
  return Array.from({ length: content.layers }, (_, i) => inBlocks(content, room, i + 1, texts));
}

function inBlocks(content: AtlasContent, room: AtlasRoom, blocks: number, texts?: AtlasTexts): AtlasGrid {
  const { layers, heads, aspect, lastLayer } = content;
  const rows = Math.ceil(layers / blocks);
  const gutter = numberWidth("0".repeat(`${lastLayer}`.length), SIZE.tick) + 0.8 * GAP.text;
  const text = texts ? NUMBER_GAP + textHeight(SIZE.tick) : 0;
  const widestMap = Math.max(TILE.widest, texts ? texts.width + TEXT_GAP - TILE.gap : 0);
  const ofWidth = ((room.width + GAP.block) / blocks - GAP.block - gutter - (heads - 1) * TILE.gap) / heads;
  const ofHeight = (room.height - lineHeight(SIZE.tick) + TILE.gap) / rows - TILE.gap - text;
  const tileWidth = Math.min(widestMap, ofWidth, ofHeight / aspect);
  const blockWidth = gutter + heads * tileWidth + (heads - 1) * TILE.gap;
  return {
    blocks: Math.ceil(layers / rows),
    rows,
    tileWidth,
    tileHeight: tileWidth * aspect,
    gap: TILE.gap,
    rowPitch: tileWidth * aspect + text + TILE.gap,
    blockPitch: blockWidth + GAP.block,
    gutter,
    below: texts?.kind ?? "nothing",
  };
}
