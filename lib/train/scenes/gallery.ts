import type { RgbImage } from "../../arrays";
import { FigureError } from "../../errors";
import { checkNumber } from "../../figure/checks";
import type { Block } from "../../figure/colorBar";
import type { Figure, FigureElement } from "../../figure/description";
import { closePage, openPage, type PageArea, type PageOptions } from "../../figure/page";
import { COLOR, GAP, HAIRLINE, SIZE } from "../../figure/style";
import { linesHeight, textLine, textLines, widthOf } from "../../figure/textLayout";
import { withProgress } from "../../progress";
import { SCENE_CLASSES } from "./classes";
import { SCENE_COLORS } from "./palette";
import { drawScene, type Scene } from "./scene";
import { SCENE_SIZE, type SceneSize } from "./size";

/** Layout of a gallery of scenes. */
export interface SceneGalleryOptions extends PageOptions {
  /** Pairs of scene and labels side by side, 1..8; default 4. */
  readonly scenesPerRow?: number;
  /** Size at which scenes are drawn, pixels; default 240x240. */
  readonly size?: SceneSize;
}

/** Side of a square of the legend, mm. */
const SWATCH = 2.6;

/**
 * Scenes with their labels to the right, their seeds below, and the colours of the classes at the end.
 *
 * @param seeds in reading order
 * @param options see {@link SceneGalleryOptions}
 * @returns the description, for `saveFigure`
 * @throws FigureError `scenes-empty` without seeds, `option-invalid`; ImageError `size`
 */
export async function sceneGallery(seeds: readonly number[], options: SceneGalleryOptions = {}): Promise<Figure> {
  if (seeds.length === 0) throw new FigureError("scenes-empty", "seeds: expected at least one, found none");
  const perRow = checkNumber("scenesPerRow", options.scenesPerRow ?? 4, 1, 8, true);
  const area = openPage(options);
  const scenes: Scene[] = [];
  await withProgress("Scenes", undefined, async (tell) => {
    for (const seed of seeds) tell(scenes.push(await drawScene(seed, options.size ?? SCENE_SIZE)), seeds.length);
  });
  const rows = sceneRows(scenes, perRow, area);
  const legend = classLegend({ ...area, y: rows.bottom + GAP.block });
  return closePage("Drawn scenes", area, [...rows.elements, ...legend.elements], legend.bottom, options);
}

function sceneRows(scenes: readonly Scene[], perRow: number, area: PageArea): Block {
  const pairWidth = (area.width - (perRow - 1) * GAP.block) / perRow;
  const width = (pairWidth - GAP.pair) / 2;
  const height = (width * scenes[0].height) / scenes[0].width;
  const text = linesHeight(1, SIZE.tick);
  const step = height + GAP.text + text + GAP.block * 0.6;
  const elements = scenes.flatMap((scene, i): FigureElement[] => {
    const [x, y] = [area.x + (i % perRow) * (pairWidth + GAP.block), area.y + Math.floor(i / perRow) * step];
    const box = { x, y, width, height };
    const seed = { id: `seed-${i + 1}`, x, y: y + height + 0.8 * GAP.text, size: SIZE.tick, color: COLOR.tick };
    return [
      { kind: "photo", id: `scene-${i + 1}`, ...box, image: { ...scene, data: scene.pixels }, interpolation: "smooth" },
      {
        kind: "photo",
        id: `labels-${i + 1}`,
        ...box,
        x: x + width + GAP.pair,
        image: colored(scene),
        interpolation: "nearest",
      },
      ...textLines([`seed ${scene.seed}`], seed),
    ];
  });
  const rows = Math.ceil(scenes.length / perRow);
  return { elements, bottom: area.y + rows * step - GAP.block * 0.6 };
}

/** Labels in the colours of their classes. */
function colored({ height, width, labels }: Scene): RgbImage {
  const table = SCENE_COLORS.map((color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)));
  const data = new Uint8Array(3 * labels.length);
  for (const [i, label] of labels.entries()) data.set(table[label], 3 * i);
  return { height, width, data };
}

/** A square and a name per class, in as many lines as they need. */
function classLegend(area: PageArea): Block {
  const elements: FigureElement[] = [];
  const line = SWATCH + GAP.text;
  let [x, y] = [area.x, area.y];
  for (const [label, name] of SCENE_CLASSES.entries()) {
    const width = SWATCH + GAP.text + widthOf(name, SIZE.label);
    if (x + width > area.x + area.width) [x, y] = [area.x, y + line];
    const swatch = { x, y, width: SWATCH, height: SWATCH, radius: 0.3 };
    const stroke = { stroke: COLOR.caption, strokeWidth: HAIRLINE };
    elements.push({ kind: "rect", id: `class-${label}`, ...swatch, fill: SCENE_COLORS[label], ...stroke });
    elements.push(textLine(name, { id: `class-name-${label}`, x: x + SWATCH + GAP.text, y: y + SWATCH * 0.82 }));
    x += width + 1.5 * GAP.block;
  }
  return { elements, bottom: y + SWATCH };
}
