// @ts-check
import { element } from "./elements.js";

/** @typedef {import("./maps.js").ValueMap} ValueMap */

/** Buttons that select points of a scatter plot, or send data away. */
const UNUSED_BUTTONS = [
  "select2d",
  "lasso2d",
  "autoScale2d",
  "toggleSpikelines",
  "sendDataToCloud",
  "sendChartToCloud",
  "editInChartStudio",
];

/** Pixels about the map, and of the colour bar with its numbers. */
const MARGIN = { l: 48, r: 8, t: 34, b: 42 };
const BAR_WIDTH = 90;

/**
 * A plot of one map, with its values under the pointer.
 *
 * @param {Plotly} plotly
 * @param {Element} root gives the colours of the text
 * @param {{ colors?: Uint8Array, label: string, cell?: string, onHover: (row?: number, col?: number) => void,
 *   onPick: (row: number, col: number) => void }} options
 */
export function heatmap(plotly, root, { colors, label, cell = "Patch", onHover, onPick }) {
  const node = element("div", { class: "setr-plot", role: "img", "aria-label": "Map of values" });
  const scale = colors ? colorScale(colors) : undefined;
  let listens = false;
  /**
   * @param {object} trace
   * @param {{ height: number, width: number }} size
   * @param {object[]} shapes
   * @param {string} title
   * @param {boolean} hasBar
   */
  async function draw(trace, size, shapes, title, hasBar) {
    const side = MARGIN.l + MARGIN.r + (hasBar ? BAR_WIDTH : 0);
    node.style.height = `calc((100cqw - ${side}px) * ${size.height / size.width} + ${MARGIN.t + MARGIN.b}px)`;
    node.setAttribute("aria-label", title);
    const plot = await plotly.react(node, [trace], { ...layoutOf(root, size, title, cell), shapes }, CONFIG);
    if (listens) return;
    listens = true;
    plot.on("plotly_hover", ({ points: [{ x, y }] }) => onHover(y, x));
    plot.on("plotly_unhover", () => onHover());
    plot.on("plotly_click", ({ points: [{ x, y }] }) => onPick(y, x));
  }
  return {
    node: element("div", { class: "setr-pane" }, node),
    /**
     * @param {ValueMap} map
     * @param {{ range: readonly number[], title: string, point?: { row: number, col: number } }} options
     */
    show(map, { range, title, point }) {
      const trace = {
        type: "heatmap",
        z: rowsOf(map),
        zmin: range[0],
        zmax: range[1],
        colorscale: scale,
        colorbar: {
          title: { text: label, side: "right" },
          thickness: 12,
          len: 1,
          exponentformat: "power",
          outlinewidth: 0,
        },
        hovertemplate: "row %{y}, column %{x}<br><b>%{z:.4~g}</b><extra></extra>",
      };
      return draw(trace, map, point ? patchFrame(root, point) : [], title, true);
    },
    /**
     * @param {{ height: number, width: number, rgb: number[][][] }} picture
     * @param {string} title
     * @param {{ row: number, col: number }} point
     */
    showPicture(picture, title, point) {
      const hovertemplate = "row %{y}, column %{x}<br>red, green, blue: %{z}<extra></extra>";
      return draw({ type: "image", z: picture.rgb, hovertemplate }, picture, patchFrame(root, point), title, false);
    },
  };
}

const CONFIG = {
  displaylogo: false,
  showSendToCloud: false,
  responsive: true,
  modeBarButtonsToRemove: UNUSED_BUTTONS,
  toImageButtonOptions: { format: "png", scale: 3 },
};

/**
 * @param {Element} root
 * @param {{ height: number, width: number }} size
 * @param {string} title
 * @param {string} cell what rows and columns are made of
 */
function layoutOf(root, { height, width }, title, cell) {
  const style = getComputedStyle(root);
  const colorOf = (/** @type {string} */ role) => style.getPropertyValue(`--setr-${role}`).trim();
  const axis = { showgrid: false, zeroline: false, ticks: "outside", tickcolor: colorOf("tick"), constrain: "domain" };
  return {
    title: { text: title, font: { size: 14 }, x: 0, xref: "paper", xanchor: "left", y: 0.985, yanchor: "top" },
    margin: MARGIN,
    paper_bgcolor: colorOf("page"),
    plot_bgcolor: colorOf("page"),
    font: { family: style.fontFamily, size: 12, color: colorOf("text") },
    xaxis: {
      ...axis,
      title: { text: `${cell} column`, standoff: 6 },
      range: [-0.5, width - 0.5],
      constraintoward: "left",
    },
    yaxis: {
      ...axis,
      title: { text: `${cell} row`, standoff: 6 },
      range: [height - 0.5, -0.5],
      scaleanchor: "x",
      constraintoward: "top",
    },
    uirevision: `${height}x${width}`,
    hoverlabel: { font: { size: 13 } },
  };
}

/** @param {ValueMap} map */
function rowsOf({ height, width, values }) {
  return Array.from({ length: height }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
}

/** @param {Uint8Array} colors */
function colorScale(colors) {
  return Array.from({ length: 256 }, (_, i) => [i / 255, `rgb(${colors.subarray(3 * i, 3 * i + 3).join(",")})`]);
}

/** A frame about a patch, in two colours so that it shows on any.
 *
 * @param {Element} root
 * @param {{ row: number, col: number }} point
 */
function patchFrame(root, { row, col }) {
  const box = { type: "rect", x0: col - 0.5, x1: col + 0.5, y0: row - 0.5, y1: row + 0.5 };
  const marker = getComputedStyle(root).getPropertyValue("--setr-marker").trim();
  return [
    { ...box, line: { color: "#ffffff", width: 4 } },
    { ...box, line: { color: marker, width: 2 } },
  ];
}
