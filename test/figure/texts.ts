import type { Figure } from "../../lib/figure/description";

/** Texts of the elements whose name matches, in order. */
export function texts(figure: Figure, name: RegExp): string[] {
  const lines = figure.elements.filter((element) => element.kind === "text");
  return lines.filter(({ id }) => name.test(id ?? "")).map(({ runs }) => runs.map(({ text }) => text).join(""));
}
