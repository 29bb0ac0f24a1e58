/** What is used of a plot's element. */
interface PlotElement extends HTMLElement {
  on(event: "plotly_hover" | "plotly_click", listener: (event: { points: { x: number; y: number }[] }) => void): void;
  on(event: "plotly_unhover", listener: () => void): void;
}

/** What is used of plotly.js. */
interface Plotly {
  react(element: HTMLElement, traces: object[], layout: object, config: object): Promise<PlotElement>;
}

interface Window {
  Plotly?: Plotly;
  /** What the figures on a page share. */
  setrFigures?: {
    plotly?: Plotly;
    /** Start the figures that came before plotly.js. */
    waiting?: (() => void)[];
  };
}
