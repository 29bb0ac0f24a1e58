import type { Figure, FigureElement } from "./description";
import { PAGE_PRESETS, SLIDE } from "./style";

/**
 * A figure in the middle of a slide of 16:9, as large as fits and at most twice as large as it is.
 *
 * Letters and lines grow with it, so that sizes in points stay true on the slide.
 */
export function onSlide(figure: Figure): Figure {
  const page = { width: PAGE_PRESETS.slide, height: SLIDE.height };
  const factor = Math.min(SLIDE.enlargement, page.width / figure.width, page.height / figure.height);
  const left = (page.width - factor * figure.width) / 2;
  const top = (page.height - factor * figure.height) / 2;
  const place: Place = { factor, x: (x) => left + factor * x, y: (y) => top + factor * y };
  return { ...figure, ...page, elements: figure.elements.map((element) => enlarged(element, place)) };
}

interface Place {
  readonly factor: number;
  readonly x: (x: number) => number;
  readonly y: (y: number) => number;
}

function enlarged(element: FigureElement, { factor, x, y }: Place): FigureElement {
  switch (element.kind) {
    case "text":
      return { ...element, x: x(element.x), y: y(element.y), size: factor * element.size };
    case "line": {
      const ends = { x1: x(element.x1), y1: y(element.y1), x2: x(element.x2), y2: y(element.y2) };
      return { ...element, ...ends, strokeWidth: factor * element.strokeWidth };
    }
    case "path": {
      const lines = element.lines.map((line) => line.map((value, i) => (i % 2 === 0 ? x(value) : y(value))));
      return { ...element, lines, strokeWidth: factor * element.strokeWidth };
    }
    case "circle": {
      const strokeWidth = factor * element.strokeWidth;
      return { ...element, x: x(element.x), y: y(element.y), radius: factor * element.radius, strokeWidth };
    }
    default: {
      const box = { x: x(element.x), y: y(element.y), width: factor * element.width, height: factor * element.height };
      if (element.kind === "mosaic") return { ...element, ...box, gap: factor * element.gap };
      if (element.kind !== "rect") return { ...element, ...box };
      return { ...element, ...box, strokeWidth: factor * element.strokeWidth, radius: factor * element.radius };
    }
  }
}
