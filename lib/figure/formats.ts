/** Formats that a figure can be saved in; each is a file extension. */
export const figureFormats = ["png", "svg", "pdf", "html"] as const;

/** A format that a figure can be saved in. */
export type FigureFormat = (typeof figureFormats)[number];

/** Whether a name is one of the formats. */
export function isFigureFormat(name: string): name is FigureFormat {
  return (figureFormats as readonly string[]).includes(name);
}
