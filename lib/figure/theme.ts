import type { Figure, FigureElement } from "./description";
import { COLOR } from "./style";

/** Names of the themes; the first is the default. */
export const themeNames = ["light", "dark"] as const;

/** Whether a page is light, for paper, or dark, for screens and slides. */
export type ThemeName = (typeof themeNames)[number];

type Role = keyof typeof COLOR;

/** Colours of the roles. Text has a contrast of at least 4.5 to the page, lines of a chart of at least 1.2. */
export const THEMES: Readonly<Record<ThemeName, Readonly<Record<Role, string>>>> = {
  light: {
    page: "#ffffff",
    text: "#222222",
    tick: "#444444",
    caption: "#6b6b6b",
    rule: "#222222",
    guide: "#dddddd",
    marker: "#e3170a",
    markerRing: "#ffffff",
    stamp: "#a8401f",
  },
  dark: {
    page: "#15181d",
    text: "#eceff3",
    tick: "#c3c8cf",
    caption: "#969ca6",
    rule: "#c3c8cf",
    guide: "#353a42",
    marker: "#e3170a",
    markerRing: "#ffffff",
    stamp: "#f29b74",
  },
};

/** The colour of a role on a page; any other colour stays as it is. */
export function colorOf(color: string, theme: ThemeName = "light"): string {
  return Object.hasOwn(THEMES[theme], color) ? THEMES[theme][color as Role] : color;
}

/** A figure with colours in place of roles, for a writer. */
export function withColors(figure: Figure): Figure {
  const paint = (color: string) => colorOf(color, figure.theme);
  return { ...figure, elements: figure.elements.map((element) => painted(element, paint)) };
}

function painted(element: FigureElement, paint: (color: string) => string): FigureElement {
  switch (element.kind) {
    case "text":
    case "line":
    case "path":
      return { ...element, color: paint(element.color) };
    case "rect":
    case "circle":
      return { ...element, fill: paint(element.fill), stroke: paint(element.stroke) };
    case "mosaic":
      return { ...element, gapColor: paint(element.gapColor ?? COLOR.page) };
    default:
      return element;
  }
}
