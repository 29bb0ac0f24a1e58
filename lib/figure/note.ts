import type { Block } from "./colorBar";
import { grouped } from "./description";
import type { PageArea } from "./page";
import { GAP, SIZE } from "./style";
import { checkText, linesHeight, subscripted, textLines, wrapText } from "./textLayout";

/**
 * A sentence or two below a figure's own elements.
 *
 * @param text plain text; activation names have their number as a subscript; nothing is drawn without it
 * @param above lower end of what stands above, mm
 * @throws FigureError `character-missing`
 */
export function noteBlock(text: string | undefined, above: number, area: PageArea): Block {
  if (!text) return { elements: [], bottom: above };
  const lines = wrapText(checkText("note", text), SIZE.label, area.width).map(subscripted);
  const y = above + GAP.block;
  return {
    elements: grouped("note", textLines(lines, { id: "note", x: area.x, y })),
    bottom: y + linesHeight(lines.length, SIZE.label),
  };
}
