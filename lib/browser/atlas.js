// @ts-check
import { board, canvasOf, mosaic } from "./board.js";
import { chooser, element, inDigits, slider } from "./elements.js";
import { heatmap } from "./heatmap.js";
import { drawOver, mapPixels, packedMaps } from "./maps.js";

/** @typedef {import("./data.js").FigureData} FigureData */
/** @typedef {{ layer: number, number: number, distance: number | null, entropy: number | null }} Head */

/** Width of the board over its height, at the least. */
const LOWEST_RATIO = 0.6;

/** How heads can be sorted; each layer for itself, or all together. */
const ORDERS = [
  { value: "layer", text: "layer and head", by: null, together: true },
  { value: "distance", text: "distance, within layers", by: "distance", together: false },
  { value: "entropy", text: "entropy, within layers", by: "entropy", together: false },
  { value: "distance-all", text: "distance, all heads", by: "distance", together: true },
  { value: "entropy-all", text: "entropy, all heads", by: "entropy", together: true },
];

/**
 * The maps of all heads, and the picked one enlarged.
 *
 * @param {FigureData} figure
 * @param {Plotly} plotly
 * @param {Element} root
 */
export function atlasView({ data, arrays, images }, plotly, root) {
  const { grid, perLayer, valueLabel } = data;
  /** @type {Head[]} */
  const heads = data.heads;
  const pack = packedMaps(arrays, "maps", grid);
  const cols = perLayer * layersPerRow(heads.length / perLayer, perLayer, grid);
  const rows = heads.length / cols;
  let order = heads.map((_, i) => i);
  const sort = chooser("Sort by", resort);
  sort.offer(ORDERS.filter(({ by }) => by === null || heads.every((head) => numberOf(head, by) !== null)));
  const scope = chooser("Colours", () => {
    drawHeads();
    update();
  });
  scope.offer([
    { value: "own", text: "over each map's own range" },
    { value: "shared", text: "over the range of all maps" },
  ]);
  const status = element("output", { class: "setr-status", "aria-live": "polite" });
  const label = `Maps of ${heads.length} heads, ${cols} in a row`;
  const tiles = mosaic(rows, cols, grid);
  const ratio = tiles.canvas.width / tiles.canvas.height;
  const picker = board({ rows, cols, ratio, label, row: 0, col: 0, onChange: update });
  picker.add(tiles.canvas);
  const plot = heatmap(plotly, root, { colors: arrays.colors, label: valueLabel, onHover: tell, onPick: () => {} });
  const { photo } = images;
  const veil = canvasOf(grid.height * 8, grid.width * 8);
  const overlay = slider("Map over picture", { max: 100, value: 50, text: (value) => `${value} %` }, shade);
  const picture = element("div", { class: "setr-picture" });
  if (photo) {
    picture.style.aspectRatio = `${photo.naturalWidth / photo.naturalHeight}`;
    picture.append(Object.assign(photo, { className: "setr-layer", alt: "What the model saw" }), veil);
  }

  function shade() {
    veil.style.opacity = `${overlay.value() / 100}`;
  }

  function picked() {
    const index = order[picker.state.row * cols + picker.state.col];
    return { index, head: heads[index], map: pack.map(index) };
  }

  /** @param {import("./maps.js").ValueMap} map */
  function rangeOf(map) {
    return scope.value() === "own" ? [map.min, map.max] : pack.range;
  }

  function drawHeads() {
    order.forEach((index, place) => {
      const map = pack.map(index);
      tiles.put(place, mapPixels(map, arrays.colors, rangeOf(map)));
    });
  }

  /** The picked head stays picked. */
  function resort() {
    const { index } = picked();
    order = sorted(heads, perLayer, sort.value());
    drawHeads();
    const place = order.indexOf(index);
    const [row, col] = [Math.floor(place / cols), place % cols];
    if (row === picker.state.row && col === picker.state.col) update();
    else picker.pick(row, col, picker.state.isPinned);
  }

  function update() {
    const { head, map } = picked();
    tell();
    if (photo) drawOver(veil, mapPixels(map, arrays.colors, rangeOf(map)));
    return plot.show(map, { range: rangeOf(map), title: nameOf(head) });
  }

  /** @param {number} [row] @param {number} [col] */
  function tell(row, col) {
    const { head, map } = picked();
    const pinned = picker.state.isPinned ? ", pinned" : "";
    const numbers = [
      ...(head.distance === null ? [] : [`mean distance ${inDigits(head.distance)} pixels`]),
      ...(head.entropy === null ? [] : [`mean entropy ${inDigits(head.entropy)} of ln N`]),
    ];
    const value =
      row === undefined || col === undefined
        ? numbers.join(", ") || `highest ${inDigits(map.max)}`
        : `at (${row}, ${col}): ${inDigits(map.values[row * grid.width + col])}`;
    status.textContent = `${nameOf(head)}${pinned}: ${value}`;
  }

  drawHeads();
  shade();
  const side = cols > perLayer ? ` ${cols / perLayer} layers stand side by side.` : "";
  const controls = [sort.node, scope.node, ...(photo ? [overlay.node] : [])];
  const node = element(
    "div",
    {},
    element("div", { class: "setr-controls" }, ...controls),
    element("div", { class: "setr-panes" }, picker.node, element("div", {}, plot.node, ...(photo ? [picture] : []))),
    status,
    element(
      "p",
      { class: "setr-hint" },
      `Point at a head to enlarge its map; click to pin it. Arrow keys move.${side}`,
    ),
  );
  return { node, begin: update };
}

/**
 * How many layers stand side by side, so that the board is not much higher than wide.
 *
 * @param {number} layers
 * @param {number} perLayer
 * @param {{ height: number, width: number }} grid
 */
function layersPerRow(layers, perLayer, { height, width }) {
  for (let count = 1; count < layers; count++) {
    if (layers % count === 0 && (count * perLayer * width * count) / (layers * height) >= LOWEST_RATIO) return count;
  }
  return layers;
}

/** @param {Head} head */
function nameOf({ layer, number }) {
  return `Layer ${layer}, head ${number}`;
}

/** @param {Head} head @param {string} name */
function numberOf(head, name) {
  return name === "distance" ? head.distance : head.entropy;
}

/**
 * Places in the order of the heads, lowest first.
 *
 * @param {Head[]} heads layer by layer
 * @param {number} perLayer
 * @param {string} name a value of ORDERS
 */
function sorted(heads, perLayer, name) {
  const { by, together } = /** @type {typeof ORDERS[number]} */ (ORDERS.find(({ value }) => value === name));
  const rowOf = (/** @type {number} */ index) => (together ? 0 : Math.floor(index / perLayer));
  const key = (/** @type {number} */ index) => (by === null ? 0 : Number(numberOf(heads[index], by)));
  return heads.map((_, i) => i).sort((a, b) => rowOf(a) - rowOf(b) || key(a) - key(b) || a - b);
}
