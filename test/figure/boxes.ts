import { type Box, type Figure, type FigureElement, isRaster } from "../../lib/figure/description";
import { textBox } from "../../lib/figure/textLayout";

interface NamedBox extends Box {
  readonly name: string;
  readonly isText: boolean;
}

function boxes(figure: Figure): NamedBox[] {
  return figure.elements.flatMap((element): NamedBox[] => {
    const name = element.id ?? element.kind;
    if (element.kind === "text") return [{ ...textBox(element), name, isText: true }];
    const isFilled = isRaster(element) || (element.kind === "rect" && element.fill !== "none");
    return isFilled ? [{ ...element, name, isText: false }] : [];
  });
}

/** Pairs of texts, or of a text and a raster or filled rectangle, that share more than rounding. */
export function overlaps(figure: Figure): string[] {
  const all = boxes(figure);
  const shares = (a: number, aLength: number, b: number, bLength: number) =>
    Math.min(a + aLength, b + bLength) - Math.max(a, b) > 1e-6;
  return all.flatMap((one, i) =>
    all
      .slice(i + 1)
      .filter((other) => one.isText || other.isText)
      .filter((other) => shares(one.x, one.width, other.x, other.width))
      .filter((other) => shares(one.y, one.height, other.y, other.height))
      .map((other) => `${one.name} on ${other.name}`),
  );
}

/** Elements that leave the page. */
export function outside(figure: Figure): string[] {
  const isOff = (x: number, y: number) => !(x >= 0 && y >= 0 && x <= figure.width && y <= figure.height);
  const ofBoxes = boxes(figure).filter(({ x, y, width, height }) => isOff(x, y) || isOff(x + width, y + height));
  const ofPoints = figure.elements.filter((element) => pointsOf(element).some(([x, y]) => isOff(x, y)));
  return [...ofBoxes.map(({ name }) => name), ...ofPoints.map(({ id, kind }) => id ?? kind)];
}

/** Points of lines, paths and circles. */
function pointsOf(element: FigureElement): [number, number][] {
  if (element.kind === "circle") return [[element.x, element.y]];
  if (element.kind === "line") {
    return [
      [element.x1, element.y1],
      [element.x2, element.y2],
    ];
  }
  if (element.kind !== "path") return [];
  return element.lines.flatMap((line) =>
    Array.from({ length: line.length / 2 }, (_, i): [number, number] => [line[2 * i], line[2 * i + 1]]),
  );
}
