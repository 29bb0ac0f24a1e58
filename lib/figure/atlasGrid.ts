// L layers, H heads
import { FigureError } from "../errors";
import { GAP, lineHeight, SIZE, textHeight } from "./style";
import { numberWidth } from "./textLayout";

/** What is to be laid out. */
export interface AtlasContent {
  readonly layers: number;
  readonly heads: number;
  /** Height of a map relative to its width. */
  readonly aspect: number;
  /** Highest number of a layer. */
  readonly lastLayer: number;
  /** What would stand below the maps; empty without numbers. */
  readonly texts: readonly string[];
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
  readonly hasNumbers: boolean;
}

/** Widest map, and the distance between maps, mm. */
const TILE = { widest: 12, gap: 0.6 } as const;

/** Maps may become so much smaller for the sake of numbers, or of a page that is less tall. */
const CONCESSION = { numbers: 0.8, blocks: 0.9 } as const;

/** Distance between a map and its numbers, mm. */
export const NUMBER_GAP = 0.3;

/**
 * Sizes and blocks with which the maps are as wide as the page allows.
 *
 * @throws FigureError `option-invalid` when numbers are asked for that are wider than their maps
 */
export function atlasGrid(content: AtlasContent, room: AtlasRoom): AtlasGrid {
  const without = widest(content, room, false);
  if (content.texts.length === 0 || content.numbers === "hide") return without;
  const isAsked = content.numbers === "show";
  const grid = widest(content, isAsked ? { ...room, height: Number.POSITIVE_INFINITY } : room, true);
  const needed = Math.max(...content.texts.map((text) => numberWidth(text, SIZE.tick)));
  const fits = needed <= grid.tileWidth + grid.gap - 0.4;
  if (fits && (isAsked || grid.tileWidth >= CONCESSION.numbers * without.tileWidth)) return grid;
  if (!isAsked) return without;
  const found = `${grid.tileWidth.toFixed(1)} mm`;
  throw new FigureError("option-invalid", `numbers: expected maps of at least ${needed.toFixed(1)} mm, found ${found}`);
}

/** Of the numbers of blocks with nearly the widest maps the largest, which gives the lowest page. */
function widest(content: AtlasContent, room: AtlasRoom, hasNumbers: boolean): AtlasGrid {
  const counts = Array.from({ length: content.layers }, (_, i) => i + 1);
  const grids = counts.map((blocks) => inBlocks(content, room, blocks, hasNumbers));
  const most = Math.max(...grids.map(({ tileWidth }) => tileWidth));
  return grids.findLast(({ tileWidth }) => tileWidth >= CONCESSION.blocks * most)!;
}

function inBlocks(content: AtlasContent, room: AtlasRoom, blocks: number, hasNumbers: boolean): AtlasGrid {
  const { layers, heads, aspect, lastLayer } = content;
  const rows = Math.ceil(layers / blocks);
  const gutter = numberWidth("0".repeat(`${lastLayer}`.length), SIZE.tick) + 0.8 * GAP.text;
  const text = hasNumbers ? NUMBER_GAP + textHeight(SIZE.tick) : 0;
  const ofWidth = ((room.width + GAP.block) / blocks - GAP.block - gutter - (heads - 1) * TILE.gap) / heads;
  const ofHeight = (room.height - lineHeight(SIZE.tick) + TILE.gap) / rows - TILE.gap - text;
  const tileWidth = Math.min(TILE.widest, ofWidth, ofHeight / aspect);
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
    hasNumbers,
  };
}
