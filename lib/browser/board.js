// @ts-check
import { element } from "./elements.js";

const STEP = 5;

/** @type {Readonly<Record<string, readonly [down: number, right: number]>>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * A picture of cells, one of which is picked: by pointing, until a click, Enter or the space bar pins it, and by arrows.
 *
 * @param {{ rows: number, cols: number, ratio: number, label: string, row: number, col: number,
 *   onChange: () => void }} options
 */
export function board({ rows, cols, ratio, label, onChange, ...at }) {
  const cursor = element("div", { class: "setr-cursor" });
  const twin = element("div", { class: "setr-cursor setr-twin" });
  const help = `${label}. Arrow keys move (with Shift, by ${STEP}), Enter pins, Escape unpins.`;
  const attributes = { class: "setr-board", tabindex: "0", role: "application", "aria-label": help };
  const node = element("div", attributes, twin, cursor);
  node.style.aspectRatio = `${ratio}`;
  const state = { row: at.row, col: at.col, isPinned: false };

  /** @param {HTMLElement} box @param {number} row @param {number} col */
  function place(box, row, col) {
    const percent = (/** @type {number} */ share) => `${100 * share}%`;
    const [top, left] = [percent(row / rows), percent(col / cols)];
    Object.assign(box.style, { top, left, height: percent(1 / rows), width: percent(1 / cols) });
  }

  /** @param {number} row @param {number} col @param {boolean} isPinned */
  function pick(row, col, isPinned) {
    if (row === state.row && col === state.col && isPinned === state.isPinned) return;
    Object.assign(state, { row, col, isPinned });
    update();
  }

  function update() {
    place(cursor, state.row, state.col);
    node.classList.toggle("setr-pinned", state.isPinned);
    onChange();
  }

  /** @param {PointerEvent | MouseEvent} event @returns {[row: number, col: number]} */
  function cellAt(event) {
    const box = node.getBoundingClientRect();
    const index = (/** @type {number} */ share, /** @type {number} */ count) => {
      return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    };
    return [index((event.clientY - box.top) / box.height, rows), index((event.clientX - box.left) / box.width, cols)];
  }

  node.addEventListener("pointermove", (event) => {
    if (!state.isPinned && event.pointerType !== "touch") pick(...cellAt(event), false);
  });
  node.addEventListener("click", (event) => {
    const [row, col] = cellAt(event);
    const isSame = row === state.row && col === state.col;
    pick(row, col, !(isSame && state.isPinned));
  });
  node.addEventListener("keydown", (event) => {
    const { row, col, isPinned } = state;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = event.shiftKey ? STEP : 1;
      const within = (/** @type {number} */ index, /** @type {number} */ count) =>
        Math.min(count - 1, Math.max(0, index));
      pick(within(row + step * arrow[0], rows), within(col + step * arrow[1], cols), isPinned);
    } else if (event.key === "Enter" || event.key === " ") pick(row, col, true);
    else if (event.key === "Escape") pick(row, col, false);
    else return;
    event.preventDefault();
  });
  place(cursor, state.row, state.col);
  return {
    node,
    state,
    pick,
    /** Frames a second cell, or none. @param {number} [row] @param {number} [col] */
    frame(row, col) {
      twin.style.display = row === undefined ? "none" : "block";
      if (row !== undefined && col !== undefined) place(twin, row, col);
    },
    /** @param {HTMLElement} layer below the cursor */
    add(layer) {
      node.insertBefore(layer, twin);
    },
  };
}

/**
 * A canvas of so many pixels, as wide as what holds it.
 *
 * @param {number} height
 * @param {number} width
 */
export function canvasOf(height, width) {
  const canvas = element("canvas", { class: "setr-layer", "aria-hidden": "true" });
  canvas.height = height;
  canvas.width = width;
  return canvas;
}

/** Pixels of a mosaic's width at the least, so that it stays sharp where it is shown smaller. */
const SHARP_WIDTH = 1200;

/**
 * A canvas of maps in rows and columns.
 *
 * @param {number} rows
 * @param {number} cols
 * @param {{ height: number, width: number }} size of a map
 */
export function mosaic(rows, cols, { height, width }) {
  const gap = Math.max(1, Math.round(0.06 * width));
  const [pitchDown, pitchRight] = [height + gap, width + gap];
  const scale = Math.max(1, Math.ceil(SHARP_WIDTH / (cols * pitchRight)));
  const canvas = canvasOf(rows * pitchDown * scale, cols * pitchRight * scale);
  canvas.style.imageRendering = "auto";
  const small = canvasOf(height, width);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingEnabled = false;
  return {
    canvas,
    /** @param {number} place row by row @param {ImageData} pixels */
    put(place, pixels) {
      small.getContext("2d")?.putImageData(pixels, 0, 0);
      const [x, y] = [(place % cols) * pitchRight, Math.floor(place / cols) * pitchDown];
      context.drawImage(small, x * scale, y * scale, width * scale, height * scale);
    },
  };
}
