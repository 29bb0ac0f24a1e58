import { MARGIN, project, rowAt, scaleAt } from "../camera";
import { mix, type Rgb, shade } from "../color";
import { drawFacade, drawFacadeStyle, type FacadeSize, type Plane } from "../scenery/facade";
import { drawHouse } from "../scenery/house";
import { drawSurface, surfaceColor, wave } from "../scenery/land";
import { drawMountains } from "../scenery/mountains";
import { drawCrossRoad, drawRoad, onRoad, type Road } from "../scenery/roads";
import { drawSky } from "../scenery/sky";
import { polygon } from "../shapes";
import { drawThing, hover, penAt, place, type Stage } from "../stage";
import { flyingBird, standingBird } from "../things/bird";
import { carFront, carSide } from "../things/car";
import { person } from "../things/person";
import { broadTree, slimTree } from "../things/tree";
import { balloon, parasol } from "../things/unnamed";
import { plantTrees, type SceneKind } from "./kind";

/** Paving stones beside a road; warmer than asphalt. */
const PAVING: readonly Rgb[] = [
  [206, 178, 144],
  [190, 152, 122],
  [214, 196, 160],
];

/** A street seen along its middle: houses to both sides, cars on it, people beside it. */
export const streetAhead: SceneKind = {
  view: { horizon: [0.3, 0.6], nearScale: [48, 66], center: [0.15, 0.85] },
  compose(stage) {
    const { camera, draws } = stage;
    drawSky(stage);
    if (draws.chance(0.4)) drawMountains(stage, camera.horizon * draws.between(0.3, 0.6));
    const surface = draws.chance(0.65) ? "ground" : "grass";
    const color = surface === "ground" ? draws.pick(PAVING) : surfaceColor(stage, "grass");
    drawSurface(stage, surface, color, () => camera.horizon + 1);
    const road: Road = { middle: () => 0, half: draws.between(2, 2.6) };
    drawRoad(stage, road, surfaceColor(stage, "road"));
    const distance = road.half + draws.between(1.1, 1.8);
    for (const side of draws.weigh(SIDES)) houseRow(stage, side, distance);
    traffic(stage, road);
    const birds = camera.horizon > 80 && draws.chance(0.3) ? draws.whole(1, 2) : 0;
    hover(stage, flyingBird, birds, [42, 64], [10, camera.horizon * 0.5]);
  },
};

/** Sides of a street that are built up: mostly both. */
const SIDES: readonly (readonly [number, readonly number[]])[] = [
  [3, [-1, 1]],
  [1, [-1]],
  [1, [1]],
];

/** Cars on the road; people, trees and parasols along it. */
function traffic(stage: Stage, road: Road): void {
  const { camera, draws } = stage;
  const on = (x: number, y: number) => onRoad(camera, road, x, y, -0.7);
  const beside = (x: number, y: number) => !onRoad(camera, road, x, y, 0.25) && onRoad(camera, road, x, y, 1.4);
  place(stage, carFront, draws.whole(1, 4), { where: on, scales: [22, 46], overlap: 0.15 });
  place(stage, person, draws.whole(0, 4), { where: beside, scales: [20, 60] });
  plantTrees(stage, draws.whole(0, 2), { where: beside, scales: [12, 24] });
  place(stage, parasol, draws.chance(0.25) ? 1 : 0, { where: beside, scales: [20, 36] });
}

/** Houses wall to wall along one side of the street, from far to near. */
function houseRow(stage: Stage, side: number, distance: number): void {
  const { draws } = stage;
  const houses: { near: number; far: number; high: number }[] = [];
  for (let depth = draws.between(2, 4); depth < 38; ) {
    const length = draws.between(6, 9.5);
    const high = 2.8 * draws.whole(2, 4) + 0.4;
    if (!draws.chance(0.12)) houses.push({ near: depth, far: depth + length, high });
    depth += length;
  }
  for (const { near, far, high } of houses.reverse())
    houseBeside(stage, side, distance, near, { wide: far - near, high });
}

/** Scale at one metre's distance. */
const FOCAL = 230;

/** A house that turns its front to the street and shows the flank that is nearer to the camera. */
function houseBeside(stage: Stage, side: number, distance: number, near: number, size: FacadeSize): void {
  const { camera, draws, mood } = stage;
  const style = drawFacadeStyle(draws);
  const pen = penAt(stage, FOCAL / near + 6);
  const x = side * distance;
  const corner = (out: number, up: number) => project(camera, x + side * out, up, FOCAL / near);
  const flank = [...corner(0, 0), ...corner(5, 0), ...corner(5, size.high), ...corner(0, size.high)];
  pen.paint("building", shade(style.wall, -0.22), polygon(flank));
  const plane: Plane = (across, up) => project(camera, x, up, FOCAL / (near + across));
  const wall = shade(style.wall, side * 0.06);
  drawFacade({ pen, draws, mood }, plane, { ...style, wall, windowWidth: 1.75 }, size);
  const { wide, high } = size;
  const eaves = [...plane(0, high), ...plane(wide, high), ...plane(wide, high + 0.5), ...plane(0, high + 0.5)];
  pen.paint("building", style.roof, polygon(eaves));
}

/** A street seen from across it: a row of houses, pavement, road. */
export const streetAcross: SceneKind = {
  view: { horizon: [0.3, 0.5], nearScale: [42, 64] },
  compose(stage) {
    const { camera, draws, mood } = stage;
    drawSky(stage);
    const scale = draws.between(12, 19);
    const foot = rowAt(camera, scale);
    const paving = draws.pick(PAVING);
    const color = draws.chance(0.7) ? paving : surfaceColor(stage, "grass");
    drawSurface(stage, color === paving ? "ground" : "grass", color, () => Math.min(foot, camera.horizon + 4));
    for (let x = -MARGIN; x < camera.width + MARGIN; ) {
      const size = { wide: draws.between(5, 9), high: 2.85 * draws.whole(1, 3) + 0.4 };
      if (draws.chance(0.1)) drawThing(stage, broadTree, x + 24, foot, scale * draws.between(0.9, 1.2));
      else drawHouse({ pen: penAt(stage, scale + 8), draws, mood }, { x, y: foot, scale }, size);
      x += size.wide * scale;
    }
    const top = foot + draws.between(8, 20);
    const bottom = top + (camera.height - top) * draws.between(0.5, 1.2);
    drawCrossRoad(stage, surfaceColor(stage, "road"), top, bottom);
    busyRoad(stage, foot, top, bottom);
    hover(stage, flyingBird, draws.chance(0.25) ? 1 : 0, [42, 64], [10, Math.max(20, camera.horizon * 0.4)]);
  },
};

/** Cars on a road across the picture, people and trees before and behind it. */
function busyRoad(stage: Stage, foot: number, top: number, bottom: number): void {
  const { camera, draws } = stage;
  place(stage, carSide, draws.whole(1, 3), { where: (_, y) => y > top + 8 && y < Math.min(bottom, camera.height) });
  const beside = (_: number, y: number) => y > foot + 3 && (y < top + 3 || y > bottom + 4);
  place(stage, person, draws.whole(0, 3), { where: beside, overlap: 0.2, scales: [19, 60] });
  place(stage, draws.pick([broadTree, slimTree]), draws.whole(0, 2), { where: beside, scales: [11, 26] });
  place(stage, draws.pick([parasol, standingBird]), draws.chance(0.35) ? 1 : 0, { where: beside });
}

/** A single front that fills the picture, with someone or a car before it. */
export const facade: SceneKind = {
  view: { horizon: [0.5, 0.7], nearScale: [38, 58] },
  compose(stage) {
    const { camera, draws, mood } = stage;
    drawSky(stage, camera.horizon * 0.6);
    const scale = draws.between(18, 27);
    const foot = Math.min(rowAt(camera, scale), camera.height * 0.86);
    const surface = draws.weigh([
      [3, "ground"],
      [3, "road"],
      [2, "grass"],
    ] as const);
    const color = surface === "ground" ? draws.pick(PAVING) : surfaceColor(stage, surface);
    drawSurface(stage, surface, color, () => foot - 2);
    for (let x = -MARGIN - draws.between(0, 80); x < camera.width + MARGIN; ) {
      const size = { wide: draws.between(6, 12), high: 2.85 * draws.whole(1, 4) + 0.4 };
      drawHouse({ pen: penAt(stage, 40), draws, mood }, { x, y: foot, scale }, size);
      x += size.wide * scale + (draws.chance(0.25) ? 50 : 0);
    }
    const before = { where: (_: number, y: number) => y > foot + 5 };
    place(stage, person, draws.whole(0, 3), { ...before, scales: [scale, 70] });
    place(stage, draws.pick([carSide, carSide, parasol]), draws.whole(0, 2), {
      ...before,
      scales: [scaleAt(camera, foot), 46],
    });
    place(stage, standingBird, draws.chance(0.25) ? 1 : 0, before);
  },
};

/** A square or a wide field with a view of roofs far off and balloons above. */
export const fairground: SceneKind = {
  view: { horizon: [0.45, 0.78], nearScale: [46, 80] },
  compose(stage) {
    const { camera, draws } = stage;
    drawSky(stage);
    if (draws.chance(0.5)) drawMountains(stage, camera.horizon * draws.between(0.25, 0.55));
    const surface = draws.pick(["grass", "ground"] as const);
    const color = surfaceColor(stage, surface);
    drawSurface(
      stage,
      surface,
      mix(color, draws.pick(PAVING), surface === "ground" ? 0.5 : 0),
      wave(draws, camera.horizon, 3),
    );
    hover(stage, balloon, draws.whole(1, 4), [60, 125], [30, camera.horizon - 30]);
    hover(stage, flyingBird, draws.whole(0, 2), [44, 68], [14, camera.horizon - 20]);
    plantTrees(stage, draws.whole(0, 3), { scales: [11, 24] });
    place(stage, person, draws.whole(0, 3));
    place(stage, carSide, draws.chance(0.3) ? 1 : 0);
  },
};
