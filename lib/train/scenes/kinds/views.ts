import { rowAt } from "../camera";
import { type Rgb, shade } from "../color";
import { drawPatch, drawSurface, groundColor, strew, surfaceColor, wave } from "../scenery/land";
import { drawMountains } from "../scenery/mountains";
import { drawRoad, onRoad } from "../scenery/roads";
import { drawSky } from "../scenery/sky";
import { hover, place, type Stage, standAt, type Thing } from "../stage";
import { flyingBird, standingBird, swimmingBird } from "../things/bird";
import { motorBoat, rowingBoat, sailingBoat } from "../things/boat";
import { carFront, carSide } from "../things/car";
import { person } from "../things/person";
import { sheep } from "../things/sheep";
import { broadTree, firTree } from "../things/tree";
import { balloon, hayBale, parasol } from "../things/unnamed";
import { plantTrees, type SceneKind } from "./kind";

const SPECKS: readonly Rgb[] = [
  [248, 244, 236],
  [240, 214, 90],
  [110, 90, 70],
];

/** Land seen from above, without a sky: a flock, people, a road with cars. */
export const landFromAbove: SceneKind = {
  view: { horizon: [-1.1, -0.25], nearScale: [40, 58] },
  compose(stage) {
    const { camera, draws } = stage;
    const surface = draws.weigh([
      [3, "grass"],
      [2, "ground"],
    ] as const);
    drawSurface(stage, surface, surfaceColor(stage, surface), () => -60);
    patches(stage, surface === "grass" ? "ground" : "grass");
    strew(stage, 40, () => 0, surface === "grass" ? SPECKS : [shade(groundColor(draws), -0.3)], 2);
    const road = draws.chance(0.45) ? { middle: winding(stage), half: draws.between(1.1, 1.6) } : undefined;
    if (road) {
      drawRoad(stage, road, surfaceColor(stage, "road"), 6);
      const on = (x: number, y: number) => onRoad(camera, road, x, y, -0.6);
      place(stage, carFront, draws.whole(1, 3), { where: on, scales: [24, 46] });
    }
    const beside = { where: (x: number, y: number) => !road || !onRoad(camera, road, x, y, 0.5) };
    place(stage, draws.weigh(FLOCKS), draws.whole(2, 6), beside);
    place(stage, draws.pick([person, standingBird, sheep]), draws.whole(0, 2), beside);
    plantTrees(stage, draws.whole(0, 3), { ...beside, scales: [13, 30] });
  },
};

/** What may lie or stand about in numbers. */
const FLOCKS: readonly (readonly [number, Thing])[] = [
  [3, sheep],
  [1, hayBale],
  [1, parasol],
  [1, person],
  [1, standingBird],
];

function patches(stage: Stage, surface: "grass" | "ground"): void {
  const { camera, draws } = stage;
  for (let i = draws.whole(0, 3); i > 0; i--) {
    const [x, scale] = [draws.between(0, 1) * camera.width, draws.between(20, 45)];
    drawPatch(stage, surface, surfaceColor(stage, surface), x, scale, draws.between(1, 2.5));
  }
}

/** The course of a road that leads away with a lean to one side. */
function winding({ draws }: Stage): (scale: number) => number {
  const [lean, shift] = [draws.between(-60, 60), draws.between(-1, 1)];
  return (scale) => shift + lean / scale - lean / 36;
}

/** Water seen from above, without a sky. */
export const waterFromAbove: SceneKind = {
  view: { horizon: [-1.1, -0.2], nearScale: [27, 38] },
  compose(stage) {
    const { camera, draws } = stage;
    drawSurface(stage, "water", surfaceColor(stage, "water"), () => -60);
    const edge = draws.chance(0.5)
      ? wave(draws, camera.height * draws.between(0.65, 0.9), 12)
      : () => camera.height + 80;
    const surface = draws.pick(["ground", "grass"] as const);
    drawSurface(stage, surface, surfaceColor(stage, surface), edge);
    const wet = { where: (x: number, y: number) => y < edge(x) - 4 };
    const dry = { where: (x: number, y: number) => y > edge(x) + 5 };
    for (let i = draws.whole(2, 4); i > 0; i--) place(stage, draws.pick([sailingBoat, motorBoat, rowingBoat]), 1, wet);
    place(stage, swimmingBird, draws.whole(0, 3), wet);
    place(stage, draws.pick([person, parasol, broadTree]), draws.whole(0, 3), dry);
  },
};

/** Almost nothing but sky, with birds and balloons. */
export const skyward: SceneKind = {
  view: { horizon: [0.88, 1.3], nearScale: [40, 60] },
  compose(stage) {
    const { camera, draws } = stage;
    drawSky(stage);
    const low = Math.min(camera.horizon, camera.height);
    if (draws.chance(0.5)) drawMountains(stage, camera.height * draws.between(0.25, 0.6), low + 4);
    hover(stage, balloon, draws.chance(0.5) ? draws.whole(1, 3) : 0, [70, 130], [40, low - 40]);
    hover(stage, flyingBird, draws.whole(1, 5), [48, 88], [20, low - 24]);
    if (draws.chance(0.4)) treetops(stage);
  },
};

/** Crowns that reach into the picture from below. */
function treetops(stage: Stage): void {
  const { camera, draws } = stage;
  const tree = draws.pick([broadTree, firTree]);
  for (let i = draws.whole(1, 4); i > 0; i--) {
    standAt(stage, tree, draws.between(0, camera.width), camera.height + draws.between(20, 60), draws.between(18, 36));
  }
}

/** One or two things near by that take up much of the picture. */
export const closeUp: SceneKind = {
  view: { horizon: [0.2, 0.6], nearScale: [78, 100] },
  compose(stage) {
    const { camera, draws } = stage;
    drawSky(stage);
    if (draws.chance(0.5)) drawMountains(stage, camera.horizon * draws.between(0.5, 0.95));
    const surface = draws.weigh([
      [3, "grass"],
      [2, "ground"],
      [1, "road"],
    ] as const);
    drawSurface(stage, surface, surfaceColor(stage, surface), wave(draws, camera.horizon, surface === "road" ? 0 : 3));
    plantTrees(stage, draws.whole(0, 2), { scales: [11, 26] });
    const thing = draws.weigh([
      [3, person],
      [4, sheep],
      [2, standingBird],
      [1, hayBale],
      [1, parasol],
      [2, carSide],
    ] as const);
    const scale = thing.scales[1] * draws.between(0.9, 1.15);
    const x = camera.width * draws.between(0.25, 0.75);
    standAt(stage, thing, x, Math.min(rowAt(camera, scale), camera.height - 4), scale);
    place(stage, draws.pick([person, sheep, standingBird, carSide]), draws.whole(0, 2), { overlap: 0.15 });
    if (camera.horizon > 60) hover(stage, flyingBird, draws.whole(0, 2), [44, 68], [14, camera.horizon - 20]);
  },
};
