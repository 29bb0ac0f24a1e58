import type { RgbImage } from "../arrays";
import { checkChoice, checkNumber, checkPhoto } from "./checks";
import { classLegend, type LegendEntry } from "./classLegend";
import { classColors } from "./classPalette";
import type { Block } from "./colorBar";
import {
  type Box,
  type Figure,
  type FigureElement,
  grouped,
  type PathElement,
  type RasterElement,
} from "./description";
import { boundaries, checkLabelMap, classShares, coloredMap, type LabelMap, roundedShares } from "./labelMap";
import { noteBlock } from "./note";
import { closePage, openPage, type PageArea, type PageOptions } from "./page";
import { COLOR, GAP, lineHeight, SIZE } from "./style";
import { checkText, textLines, widthOf, wrapText } from "./textLayout";

/** Options of {@link segmentationFigure}. */
export interface SegmentationOptions extends PageOptions {
  /** Names of the classes by number; "class 7" without. With names, higher class numbers are refused. */
  readonly classNames?: readonly string[];
  /** The true classes, in a third panel. */
  readonly labels?: LabelMap;
  /** Number in `labels` that is no class: drawn in light grey, and not counted. */
  readonly ignoreLabel?: number;
  /** How far the classes' colours cover the picture: 0 (not at all) to 1 (the colours alone); default 0.55. */
  readonly opacity?: number;
  /** Thin lines between segments; default `"white"`. */
  readonly outline?: "none" | "white" | "dark";
  /** Said below the legend. */
  readonly note?: string;
}

/** Colour of pixels without a class. */
const UNLABELLED = "#e6e6e6";

/** Colours of the lines between segments, and their width in points. */
const OUTLINE = { white: "#ffffff", dark: "#1a1a1a", width: 0.35 } as const;

/** Tallest panel relative to the width of the page; taller pictures become narrower instead. */
const MAX_HEIGHT = 0.8;

interface Panel {
  readonly id: string;
  readonly title: string;
  readonly map?: LabelMap;
}

interface Style {
  readonly colors: readonly string[];
  readonly opacity: number;
  readonly outline: "none" | "white" | "dark";
}

/**
 * A picture, and beside it the classes that were found in it as colours over the picture; the true classes where they
 * are known. The legend names the classes that occur, largest first, with their share of the pixels.
 *
 * @param photo what the model saw
 * @param mask class of every pixel; stretched over the picture where their sizes differ
 * @param options see {@link SegmentationOptions}
 * @returns the description
 * @throws FigureError when the picture, a class number or an option is out of range
 */
export function segmentationFigure(photo: RgbImage, mask: LabelMap, options: SegmentationOptions = {}): Figure {
  checkPhoto("photo", photo);
  const { labels, classNames, ignoreLabel } = options;
  checkLabelMap("mask", mask, classNames?.length);
  if (labels) checkLabelMap("labels", labels, classNames?.length, ignoreLabel);
  const count = classNames?.length ?? 1 + Math.max(highest(mask), labels ? highest(labels, ignoreLabel) : 0);
  const style = {
    colors: classColors(count, classNames),
    opacity: checkNumber("opacity", options.opacity ?? 0.55, 0, 1),
    outline: checkChoice("outline", options.outline ?? "white", ["none", "white", "dark"]),
  };
  const panels: Panel[] = [
    { id: "input", title: "Input" },
    { id: "segmentation", title: "Segmentation", map: mask },
    ...(labels ? [{ id: "labels", title: "Labels", map: labels }] : []),
  ];
  const area = openPage(options);
  const row = panelRow(photo, panels, area, style);
  const legend = shareLegend(
    legendEntries(mask, options, style.colors),
    { ...area, y: row.bottom + GAP.block },
    labels,
  );
  const note = noteBlock(options.note, legend.bottom, area);
  const elements = [...row.elements, ...legend.elements, ...note.elements];
  return closePage("Segmentation", area, elements, note.bottom, options);
}

function highest({ classes }: LabelMap, ignoreLabel?: number): number {
  let most = 0;
  for (let i = 0; i < classes.length; i++) if (classes[i] !== ignoreLabel) most = Math.max(most, classes[i]);
  return most;
}

/** Titles, and below them pictures of the same size. */
function panelRow(photo: RgbImage, panels: readonly Panel[], area: PageArea, style: Style): Block {
  const pitch = (area.width + GAP.block) / panels.length;
  const aspect = photo.height / photo.width;
  const tallest = Math.min(MAX_HEIGHT * area.width, area.maxPanel ?? Number.POSITIVE_INFINITY);
  const width = Math.min(pitch - GAP.block, tallest / aspect);
  const titleWidth = Math.max(...panels.map(({ title }) => widthOf(title, SIZE.label, 600)));
  const step = Math.min(pitch, Math.max(width, titleWidth) + GAP.block);
  const y = area.y + lineHeight(SIZE.label);
  const boxes = panels.map((_, i) => ({ x: area.x + i * step, y, width, height: width * aspect }));
  const elements = panels.flatMap((panel, i): FigureElement[] => {
    const title = textLines([panel.title], { id: `${panel.id}-title`, x: boxes[i].x, y: area.y, weight: 600 });
    const rasters = panelRasters(photo, panel, boxes[i], style);
    return grouped(`panel-${panel.id}`, [...rasters, ...outlines(panel, boxes[i], style), ...title]);
  });
  return { elements, bottom: y + width * aspect };
}

function panelRasters(photo: RgbImage, { id, map }: Panel, box: Box, { colors, opacity }: Style): RasterElement[] {
  const below: RasterElement = { kind: "photo", id, ...box, image: photo, interpolation: "smooth" };
  if (!map) return [below];
  const image = coloredMap(map, colors, UNLABELLED);
  return [below, { kind: "photo", id: `${id}-classes`, ...box, image, interpolation: "nearest", opacity }];
}

function outlines({ id, map }: Panel, box: Box, { outline }: Style): PathElement[] {
  if (!map || outline === "none") return [];
  const lines = boundaries(map, box);
  if (lines.length === 0) return [];
  const stroke = { color: OUTLINE[outline], strokeWidth: OUTLINE.width, opacity: 0.9 };
  return [{ kind: "path", id: `${id}-outlines`, lines, ...stroke }];
}

/** The classes that occur in the mask or the labels, by their share of the mask and then of the labels. */
function legendEntries(mask: LabelMap, options: SegmentationOptions, colors: readonly string[]): LegendEntry[] {
  const { labels, classNames, ignoreLabel } = options;
  const maps = labels ? [classShares(mask), classShares(labels, ignoreLabel)] : [classShares(mask)];
  const share = (label: number, i: number) => maps[i]?.get(label) ?? 0;
  const order = (one: number, other: number) =>
    share(other, 0) - share(one, 0) || share(other, 1) - share(one, 1) || one - other;
  const rounded = maps.map(roundedShares);
  const present = [...new Set(maps.flatMap((shares) => [...shares.keys()]))].sort(order);
  const entries = present.map((label) => ({
    id: `class-${label}`,
    name: checkText(`class ${label}`, classNames?.[label] ?? `class ${label}`),
    color: colors[label],
    values: maps.map((shares, i) => percent(shares.get(label), rounded[i].get(label))),
  }));
  const hasUnlabelled =
    labels && ignoreLabel !== undefined && Array.prototype.includes.call(labels.classes, ignoreLabel);
  const unlabelled = { id: "class-none", name: "not labelled", color: UNLABELLED, values: maps.map(() => "") };
  return hasUnlabelled ? [...entries, unlabelled] : entries;
}

/** A share in percent with one decimal; a dash for a class that does not occur. */
function percent(share: number | undefined, tenths: number | undefined): string {
  if (share === undefined || tenths === undefined) return "–";
  return tenths === 0 ? "<0.1" : (tenths / 10).toFixed(1);
}

function shareLegend(entries: readonly LegendEntry[], area: PageArea, labels: LabelMap | undefined): Block {
  const text = `Share of pixels in %${labels ? ", in the segmentation and in the labels" : ""}`;
  const lines = wrapText(text, SIZE.label, area.width);
  const place = { id: "legend-heading", x: area.x, y: area.y, color: COLOR.tick };
  const heading: FigureElement[] = grouped("legend", textLines(lines, place));
  const y = area.y + lines.length * lineHeight(SIZE.label) + 0.5 * GAP.text;
  const legend = classLegend(entries, { ...area, y });
  return { elements: [...heading, ...legend.elements], bottom: legend.bottom };
}
