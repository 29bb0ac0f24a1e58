// @ts-check
import { readData } from "./data.js";
import { element } from "./elements.js";

/** @typedef {import("./data.js").FigureData} FigureData */

/**
 * What a figure's data looks like on a page: an element, and what fills it once it is there.
 *
 * @typedef {{ node: HTMLElement, begin: () => Promise<unknown> }} View
 */

/** @typedef {(figure: FigureData, plotly: Plotly, root: Element) => View} MakeView */

const WAITING =
  "The interactive view starts once plotly.js is on this page. In a notebook the newest interactive figure brings it: " +
  "run a cell that shows one again.";

/**
 * Puts the explorer into the figures of an id that have none yet, now or as soon as plotly.js is there. Until then, and where
 * it fails, the static figure is shown, and a line says why.
 *
 * @param {string} id
 * @param {MakeView} view
 */
export async function start(id, view) {
  window.setrFigures ??= {};
  const shelf = window.setrFigures;
  const plotly = shelf.plotly ?? window.Plotly;
  for (const root of document.querySelectorAll(`.setr-figure[data-figure="${id}"]`)) {
    const state = root.getAttribute("data-live");
    if (state !== null && state !== "waiting") continue;
    if (plotly) await bring(root, plotly, view);
    else if (state === null) say(root, "waiting", WAITING);
  }
  if (plotly) return;
  shelf.waiting ??= [];
  shelf.waiting.push(() => start(id, view));
}

/** @param {Element} root @param {Plotly} plotly @param {MakeView} view */
async function bring(root, plotly, view) {
  root.setAttribute("data-live", "starting");
  root.querySelector(".setr-note")?.remove();
  const still = root.querySelector(".setr-static");
  try {
    const explorer = view(await readData(root), plotly, root);
    explorer.node.classList.add("setr-explorer");
    keepKeys(explorer.node);
    root.insertBefore(explorer.node, still);
    await explorer.begin();
    still?.removeAttribute("open");
    root.setAttribute("data-live", "yes");
  } catch (error) {
    root.querySelector(".setr-explorer")?.remove();
    say(root, "failed", `The interactive view did not start: ${error}`);
  }
}

/** @param {Element} root @param {"waiting" | "failed"} state @param {string} text */
function say(root, state, text) {
  const line = element("p", { class: "setr-status setr-note", role: "status" }, text);
  root.insertBefore(line, root.querySelector(".setr-static"));
  root.setAttribute("data-live", state);
}

/** Keeps the keys pressed in an explorer from the shortcuts of the page about it, as JupyterLab has them. @param {HTMLElement} node */
function keepKeys(node) {
  node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.addEventListener("keydown", (event) => event.stopPropagation());
}
