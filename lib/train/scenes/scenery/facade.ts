import { hsl, type Rgb, shade } from "../color";
import type { Draws } from "../draws";
import type { Mood } from "../mood";
import { polygon } from "../shapes";
import type { Pen } from "../sketch";

/** A flat place in the picture: where a point of the facade (metres across and up) is seen. */
export type Plane = (across: number, up: number) => readonly [x: number, y: number];

/** What builds a house: a pen, chance, and the hour, which lights the lamps. */
export interface Site {
  readonly pen: Pen;
  readonly draws: Draws;
  readonly mood: Mood;
}

/** Width and height of a facade, metres. */
export interface FacadeSize {
  readonly wide: number;
  readonly high: number;
}

/** Colours and pattern of a facade. */
export interface FacadeStyle {
  readonly wall: Rgb;
  readonly roof: Rgb;
  readonly frame: Rgb;
  readonly glass: Rgb;
  readonly windowWidth: number;
  readonly windowHeight: number;
  /** Metres from storey to storey, and from window to window. */
  readonly storey: number;
  readonly bay: number;
  readonly shutters: boolean;
}

const WALLS: readonly Rgb[] = [
  [232, 216, 186],
  [214, 158, 112],
  [178, 92, 70],
  [196, 184, 170],
  [226, 186, 176],
  [168, 180, 172],
  [236, 230, 218],
  [148, 116, 98],
  [222, 196, 120],
];

/** How one house differs from the next. */
export function drawFacadeStyle(draws: Draws): FacadeStyle {
  const wall = draws.pick(WALLS);
  const dark = draws.chance(0.25);
  return {
    wall: shade(wall, draws.between(-0.15, 0.08)),
    roof: draws.pick<Rgb>([
      [156, 74, 54],
      [96, 88, 92],
      [122, 84, 66],
      [74, 82, 96],
    ]),
    frame: dark ? [70, 54, 48] : [246, 244, 238],
    glass: hsl(draws.between(200, 222), draws.between(0.25, 0.5), draws.between(0.26, 0.5)),
    windowWidth: draws.between(1.25, 1.6),
    windowHeight: draws.between(1.45, 1.9),
    storey: draws.between(2.6, 3),
    bay: draws.between(2.3, 2.9),
    shutters: draws.chance(0.2),
  };
}

/** Corners of an upright rectangle of the facade. */
function quad(plane: Plane, left: number, bottom: number, right: number, top: number): readonly number[] {
  return [...plane(left, bottom), ...plane(right, bottom), ...plane(right, top), ...plane(left, top)];
}

/** A wall with rows of windows; windows too small to be seen are left out. */
export function drawFacade(site: Site, plane: Plane, style: FacadeStyle, { wide, high }: FacadeSize): void {
  const { pen, draws } = site;
  pen.paint("building", style.wall, polygon(quad(plane, 0, 0, wide, high)));
  pen.detail(shade(style.wall, -0.3), polygon(quad(plane, 0, 0, wide, 0.35)));
  pen.detail(shade(style.wall, 0.25), polygon(quad(plane, 0, high - 0.25, wide, high)));
  const columns = Math.max(1, Math.floor(wide / style.bay));
  const storeys = Math.max(1, Math.floor((high + 0.3) / style.storey));
  const door = draws.chance(0.75) ? draws.whole(0, columns - 1) : -1;
  for (let row = 0; row < storeys; row++) {
    for (let column = 0; column < columns; column++) {
      const middle = ((column + 0.5) * wide) / columns;
      if (row === 0 && column === door) drawDoor(pen, plane, style, middle);
      else drawWindow(site, plane, style, middle, row * style.storey + 0.75);
    }
  }
}

function drawDoor(pen: Pen, plane: Plane, style: FacadeStyle, middle: number): void {
  pen.detail(shade(style.roof, -0.2), polygon(quad(plane, middle - 0.6, 0, middle + 0.6, 2.1)));
  pen.detail(shade(style.roof, -0.5), polygon(quad(plane, middle - 0.42, 0.1, middle + 0.42, 1.9)));
}

/** Least width and height of a window in the picture, in its units. */
const LEAST = { width: 10, height: 13 };

/** A window with its frame, and shutters beside it in some styles. */
function drawWindow(site: Site, plane: Plane, style: FacadeStyle, middle: number, sill: number): void {
  const { pen, draws, mood } = site;
  const half = style.windowWidth / 2;
  const [left, right, top] = [middle - half, middle + half, sill + style.windowHeight];
  const outer = quad(plane, left, sill, right, top);
  const lit = draws.chance(mood.lit);
  const glass = lit ? LAMP : mood.lit > 0.7 ? shade(style.glass, -0.5) : style.glass;
  const tone = draws.between(-0.2, 0.2) * (lit ? 0.6 : 1);
  if (Math.abs(outer[2] - outer[0]) < LEAST.width || Math.abs(outer[1] - outer[7]) < LEAST.height) return;
  if (style.shutters) {
    const wood = shade(style.roof, -0.1);
    pen.detail(wood, polygon(quad(plane, left - 0.5, sill, left, top)));
    pen.detail(wood, polygon(quad(plane, right, sill, right + 0.5, top)));
  }
  pen.paint("window", style.frame, polygon(outer));
  pen.detail(shade(glass, tone), polygon(quad(plane, left + BAR, sill + BAR, right - BAR, top - BAR)));
  const shine = [...plane(left + BAR, top - BAR), ...plane(middle + 0.2, top - BAR), ...plane(left + BAR, sill + 0.5)];
  pen.detail([255, 255, 255], polygon(shine), lit ? 0.15 : 0.3);
  pen.detail(style.frame, polygon(quad(plane, middle - BAR / 2, sill, middle + BAR / 2, top)));
  if (top - sill > 1.6) pen.detail(style.frame, polygon(quad(plane, left, top - 0.62, right, top - 0.5)));
}

/** Light of a lamp behind a window. */
const LAMP: Rgb = [255, 214, 120];

/** Width of a window's bars, metres. */
const BAR = 0.12;
