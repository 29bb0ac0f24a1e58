// @ts-check
import { readData } from "./data.js";
import { element } from "./elements.js";

/** @typedef {import("./data.js").FigureData} FigureData */

/**
 * What a figure's data looks like on a page: an element, and what fills it once it is there.
 *
 * @typedef {{ node: HTMLElement, begin: () => Promise<unknown> }} View
 */

/**
 * Puts the explorer into the figures of an id that have none yet. Where it fails, the static figure stays, and a line says
 * why.
 *
 * @param {string} id
 * @param {(figure: FigureData, plotly: Plotly, root: Element) => View} view
 */
export async function start(id, view) {
  for (const root of document.querySelectorAll(`.setr-figure[data-figure="${id}"]:not([data-live])`)) {
    root.setAttribute("data-live", "starting");
    const still = root.querySelector(".setr-static");
    try {
      const plotly = window.setrFigures?.plotly ?? window.Plotly;
      if (!plotly) throw new Error("expected plotly.js on this page, found none");
      const explorer = view(await readData(root), plotly, root);
      explorer.node.classList.add("setr-explorer");
      root.insertBefore(explorer.node, still);
      await explorer.begin();
      still?.removeAttribute("open");
      root.setAttribute("data-live", "yes");
    } catch (error) {
      root.querySelector(".setr-explorer")?.remove();
      const line = element(
        "p",
        { class: "setr-status", role: "status" },
        `The interactive view did not start: ${error}`,
      );
      root.insertBefore(line, still);
      root.setAttribute("data-live", "failed");
    }
  }
}
