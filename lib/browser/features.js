// @ts-check
import { board } from "./board.js";
import { chooser, element, inDigits, slider } from "./elements.js";
import { heatmap } from "./heatmap.js";
import { packedMaps } from "./maps.js";

/** @typedef {import("./data.js").FigureData} FigureData */
/** @typedef {{ name: string, height: number, width: number, maps: string[] }} Layer */

const PCA = "PCA false colours";
const CHANNEL = "channel";

/**
 * The input beside the features of one layer.
 *
 * @param {FigureData} figure
 * @param {Plotly} plotly
 * @param {Element} root
 */
export function featuresView({ data, arrays, images }, plotly, root) {
  /** @type {Layer[]} */
  const layers = data.layers;
  const packs = layers.map((layer) => packedMaps(arrays, layer.name, layer));
  const colours = layers.map(({ name }) => rgbOf(images[name]));
  const depth = slider("Layer", { max: layers.length - 1, value: 0, text: (i) => layers[i].name }, offerChannels);
  const views = [PCA, ...new Set(layers.flatMap(({ maps }) => maps.filter((name) => !name.startsWith(CHANNEL))))];
  const view = chooser("Show", offerChannels);
  const hasChannels = layers.some(({ maps }) => channelsOf(maps).length > 0);
  view.offer([...views, ...(hasChannels ? [CHANNEL] : [])].map((name) => ({ value: name, text: name })));
  const channel = chooser("Channel", update);
  const scope = chooser("Colours", update);
  scope.offer([
    { value: "own", text: "over each map's own range" },
    { value: "shared", text: "over the range of all maps of the layer" },
  ]);
  const status = element("output", { class: "setr-status", "aria-live": "polite" });
  const { input } = images;
  const ratio = input.naturalWidth / input.naturalHeight;
  const first = layers[0];
  const label = `Input of the model, ${first.height} by ${first.width} patches`;
  const at = { row: Math.floor(first.height / 2), col: Math.floor(first.width / 2) };
  const picker = board({ rows: first.height, cols: first.width, ratio, label, ...at, onChange: update });
  picker.add(Object.assign(input, { className: "setr-layer", alt: "" }));
  const plot = heatmap(plotly, root, {
    colors: arrays.colors,
    label: "",
    cell: "Feature",
    onHover: hover,
    onPick: pick,
  });

  function offerChannels() {
    const { maps } = layers[depth.value()];
    channel.offer(channelsOf(maps).map((name) => ({ value: name, text: name.slice(CHANNEL.length + 1) })));
    channel.enable(view.value() === CHANNEL);
    scope.enable(view.value() !== PCA);
    return update();
  }

  function shown() {
    const index = depth.value();
    const name = view.value() === CHANNEL ? channel.value() : view.value();
    const place = layers[index].maps.indexOf(name);
    return { index, layer: layers[index], name, map: place < 0 ? undefined : packs[index].map(place) };
  }

  function update() {
    const { index, layer, name, map } = shown();
    const title = `${layer.name}, ${name}`;
    tell();
    if (!map) return plot.showPicture({ ...layer, rgb: colours[index] }, title, inLayer(layer));
    const range = scope.value() === "own" ? [map.min, map.max] : packs[index].range;
    return plot.show(map, { range, title, point: inLayer(layer) });
  }

  /** The picked patch in the layer's own grid. @param {Layer} layer */
  function inLayer({ height, width }) {
    const { row, col } = picker.state;
    return {
      row: Math.floor(((row + 0.5) * height) / first.height),
      col: Math.floor(((col + 0.5) * width) / first.width),
    };
  }

  /** @param {{ row: number, col: number }} [place] */
  function tell(place) {
    const { index, layer, name, map } = shown();
    const { row, col } = place ?? inLayer(layer);
    const value = map ? inDigits(map.values[row * layer.width + col]) : `red, green, blue ${colours[index][row][col]}`;
    const pinned = picker.state.isPinned && !place ? ", pinned" : "";
    status.textContent = `${layer.name}, ${name} at (${row}, ${col})${pinned}: ${value}`;
  }

  /** @param {number} [row] @param {number} [col] */
  function hover(row, col) {
    if (row === undefined || col === undefined) {
      picker.frame();
      tell();
      return;
    }
    const { height, width } = shown().layer;
    picker.frame(Math.floor((row * first.height) / height), Math.floor((col * first.width) / width));
    tell({ row, col });
  }

  /** @param {number} row @param {number} col */
  function pick(row, col) {
    const { height, width } = shown().layer;
    picker.pick(Math.floor((row * first.height) / height), Math.floor((col * first.width) / width), true);
  }

  const controls = [depth.node, view.node, ...(hasChannels ? [channel.node] : []), scope.node];
  const node = element(
    "div",
    {},
    element("div", { class: "setr-controls" }, ...controls),
    element("div", { class: "setr-panes" }, element("div", {}, picker.node), plot.node),
    status,
    element("p", { class: "setr-hint" }, "Move the slider through the layers; point at a patch for its value."),
  );
  return { node, begin: offerChannels };
}

/** @param {string[]} maps */
function channelsOf(maps) {
  return maps.filter((name) => name.startsWith(CHANNEL));
}

/** Pixels of a picture, row by row. @param {HTMLImageElement} image */
function rgbOf(image) {
  const [height, width] = [image.naturalHeight, image.naturalWidth];
  const canvas = document.createElement("canvas");
  canvas.height = height;
  canvas.width = width;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const pixel = (/** @type {number} */ i) => [data[4 * i], data[4 * i + 1], data[4 * i + 2]];
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, col) => pixel(row * width + col)),
  );
}
