// @ts-check
import { board, canvasOf, mosaic } from "./board.js";
import { chooser, element, inDigits, slider } from "./elements.js";
import { heatmap } from "./heatmap.js";
import { drawOver, mapPixels, packedMaps } from "./maps.js";

/** @typedef {import("./data.js").FigureData} FigureData */

/**
 * Points of a grid and the map of the picked one: attention over a picture, or Figure 1 tile by tile.
 *
 * @param {FigureData} figure
 * @param {Plotly} plotly
 * @param {Element} root
 */
export function pointsView({ data, arrays, images }, plotly, root) {
  const { grid, point, valueLabel } = data;
  /** @type {{ name: string, layer: number | null, values: string }[]} */
  const list = data.maps;
  const packs = new Map(list.map(({ values }) => [values, packedMaps(arrays, values, grid)]));
  const { photo } = images;
  const names = [...new Set(list.map(({ name }) => name))];
  const method = chooser("Method", () => {
    offerLayers();
    update();
  });
  method.offer(names.map((name) => ({ value: name, text: name })));
  const layer = chooser("Layer", update);
  const scope = chooser("Colours", update);
  scope.offer([
    { value: "own", text: "over each map's own range" },
    { value: "shared", text: "over the range of all maps" },
  ]);
  const overlay = slider("Map over picture", { max: 100, value: 0, text: (value) => `${value} %` }, shade);
  const status = element("output", { class: "setr-status", "aria-live": "polite" });
  const label = photo ? `Picture of ${grid.height} by ${grid.width} patches` : `${grid.height} by ${grid.width} tiles`;
  const ratio = photo ? photo.naturalWidth / photo.naturalHeight : grid.width / grid.height;
  const picker = board({ rows: grid.height, cols: grid.width, ratio, label, ...point, onChange: update });
  const plot = heatmap(plotly, root, { colors: arrays.colors, label: valueLabel, onHover: hover, onPick: pin });
  const veil = canvasOf(grid.height * 8, grid.width * 8);
  const tiles = photo ? undefined : mosaic(grid.height, grid.width, grid);
  if (tiles) picker.add(tiles.canvas);
  else picker.add(Object.assign(photo, { className: "setr-layer", alt: "" }));
  if (photo) picker.add(veil);
  let painted = "";

  function current() {
    const chosen = list.filter(({ name }) => name === method.value());
    return chosen.find((entry) => `${entry.layer}` === layer.value()) ?? chosen[0];
  }

  function offerLayers() {
    const layers = list.filter(({ name }) => name === method.value()).map((entry) => entry.layer);
    layer.offer(layers.map((number) => ({ value: `${number}`, text: number === null ? "all" : `${number}` })));
  }

  function shownMap() {
    const { values } = current();
    const pack = /** @type {ReturnType<typeof packedMaps>} */ (packs.get(values));
    const { row, col } = picker.state;
    const map = pack.map(row * grid.width + col);
    return { pack, map, range: scope.value() === "own" ? [map.min, map.max] : pack.range };
  }

  function update() {
    const { pack, map, range } = shownMap();
    const { row, col } = picker.state;
    const { name, layer: number, values } = current();
    const of = number === null ? name : `${name}, layer ${number}`;
    const wanted = `${values} ${scope.value()}`;
    if (tiles && painted !== wanted) {
      for (let index = 0; index < pack.count; index++) {
        const tile = pack.map(index);
        tiles.put(index, mapPixels(tile, arrays.colors, scope.value() === "own" ? [tile.min, tile.max] : pack.range));
      }
    }
    painted = wanted;
    if (photo) drawOver(veil, mapPixels(map, arrays.colors, range));
    tell();
    return plot.show(map, { range, title: `(${row}, ${col}) ${of}`, point: picker.state });
  }

  function shade() {
    veil.style.opacity = `${overlay.value() / 100}`;
  }

  /** @param {number} [hoveredRow] @param {number} [hoveredCol] */
  function tell(hoveredRow, hoveredCol) {
    const { map } = shownMap();
    const { row, col, isPinned } = picker.state;
    const peak = map.levels.indexOf(255);
    const where = peak < 0 ? "" : ` at (${Math.floor(peak / grid.width)}, ${peak % grid.width})`;
    const value = (/** @type {number} */ r, /** @type {number} */ c) => inDigits(map.values[r * grid.width + c]);
    const hovered =
      hoveredRow === undefined || hoveredCol === undefined
        ? `itself ${value(row, col)}, highest ${inDigits(map.max)}${where}`
        : `at (${hoveredRow}, ${hoveredCol}): ${value(hoveredRow, hoveredCol)}`;
    status.textContent = `Patch (${row}, ${col})${isPinned ? ", pinned" : ""}: ${hovered}`;
  }

  /** @param {number} [row] @param {number} [col] */
  function hover(row, col) {
    picker.frame(row, col);
    tell(row, col);
  }

  /** @param {number} row @param {number} col */
  function pin(row, col) {
    picker.pick(row, col, true);
  }

  offerLayers();
  shade();
  const layers = list.some((entry) => entry.layer !== null) ? [layer.node] : [];
  const controls = [...(list.length > 1 ? [method.node, ...layers] : []), scope.node, ...(photo ? [overlay.node] : [])];
  const node = element(
    "div",
    {},
    element("div", { class: "setr-controls" }, ...controls),
    element("div", { class: "setr-panes" }, element("div", {}, picker.node), plot.node),
    status,
    element("p", { class: "setr-hint" }, HINT),
  );
  return { node, begin: update };
}

const HINT =
  "Point at a patch to see its map; click to pin it, click again or press Escape to let go. Arrow keys move.";
