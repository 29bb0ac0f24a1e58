import { hsl, shade } from "../color";
import { path, polygon, rect } from "../shapes";
import { drawFacade, drawFacadeStyle, type FacadeSize, type FacadeStyle, type Plane, type Site } from "./facade";

/** Edges of a roof in the picture. */
interface Eaves {
  readonly left: number;
  readonly right: number;
  /** Row of the eaves, and how far the roof rises above it. */
  readonly row: number;
  readonly rise: number;
  readonly scale: number;
}

type Roof = (site: Site, style: FacadeStyle, eaves: Eaves) => void;

/** Its ridge towards the viewer: a triangle of wall under two slopes. */
const gable: Roof = ({ pen }, style, { left, right, row, rise, scale }) => {
  const [middle, tip] = [(left + right) / 2, row - rise];
  const [over, thick] = [0.2 * scale, Math.max(4, 0.3 * scale)];
  const [low, high] = [row + over, row + over - thick];
  pen.paint("building", style.wall, polygon([left, row + 1, middle, tip, right, row + 1]));
  const slopes = [left - over, low, left - over, high, middle, tip - 2 * thick, right + over, high, right + over, low];
  pen.paint("building", style.roof, polygon([...slopes, middle, tip]));
};

/** Its ridge along the front, with a chimney on some. */
const hip: Roof = ({ pen, draws }, style, { left, right, row, rise, scale }) => {
  const over = 0.2 * scale;
  const tiles = pen.gradient(shade(style.roof, 0.14), shade(style.roof, -0.22));
  const ridge = [left + rise, row - rise, right - rise, row - rise];
  if (draws.chance(0.5)) {
    const chimney = rect(left + 1.4 * rise, row - rise - 0.5 * scale, 0.8 * scale, rise);
    pen.paint("building", shade(style.wall, -0.25), chimney);
  }
  pen.paint("building", tiles, polygon([left - over, row + 1, ...ridge, right + over, row + 1]));
};

const flat: Roof = ({ pen }, style, { left, right, row, scale }) => {
  const over = 0.1 * scale;
  pen.paint(
    "building",
    shade(style.wall, -0.2),
    rect(left - over, row - 0.35 * scale, right - left + 2 * over, 0.5 * scale),
  );
};

/**
 * A house seen from the front, with its roof.
 *
 * @param site pen, chance and hour
 * @param at its left foot in the picture, and the scale there
 * @param size of its front, metres
 */
export function drawHouse(site: Site, at: { x: number; y: number; scale: number }, size: FacadeSize): void {
  const { draws } = site;
  const { x, y, scale } = at;
  const style = drawFacadeStyle(draws);
  const roof = draws.weigh<Roof>([
    [3, gable],
    [3, hip],
    [2, flat],
  ]);
  const rise = scale * draws.between(1.2, 2.4);
  roof(site, style, { left: x, right: x + size.wide * scale, row: y - size.high * scale, rise, scale });
  const plane: Plane = (across, up) => [x + across * scale, y - up * scale];
  drawFacade(site, plane, style, size);
  if (draws.chance(0.25)) awning(site, plane, size.wide);
}

/** A shop's awning above the ground floor. */
function awning({ pen, draws }: Site, plane: Plane, wide: number): void {
  const color = hsl(draws.between(0, 360), 0.6, 0.45);
  const [left, top] = plane(0.3, 2.75);
  const [right, bottom] = plane(wide - 0.3, 2.2);
  pen.paint("building", color, path(`M${left} ${top}L${right} ${top}L${right + 3} ${bottom}L${left - 3} ${bottom}Z`));
  const step = (right - left) / 8;
  for (let i = 0; i < 8; i += 2) pen.detail([250, 246, 236], rect(left + i * step, top, step, bottom - top), 0.85);
}
