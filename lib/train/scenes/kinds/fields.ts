import { mix, type Rgb, shade } from "../color";
import { drawHills, drawPatch, drawSurface, grassColor, groundColor, strew, surfaceColor, wave } from "../scenery/land";
import { drawMountains } from "../scenery/mountains";
import { drawRoad, onRoad, type Road } from "../scenery/roads";
import { drawSky } from "../scenery/sky";
import { hover, place, type Stage } from "../stage";
import { flyingBird, standingBird } from "../things/bird";
import { carFront, carSide } from "../things/car";
import { person } from "../things/person";
import { sheep } from "../things/sheep";
import { balloon, hayBale } from "../things/unnamed";
import { plantTrees, type SceneKind } from "./kind";

const FLOWERS: readonly Rgb[] = [
  [250, 240, 240],
  [245, 215, 80],
  [225, 90, 110],
  [150, 110, 200],
];

function backdrop(stage: Stage, cover: "grass" | "ground", color: Rgb): void {
  const { camera, draws } = stage;
  drawSky(stage);
  const room = Math.max(20, camera.horizon);
  const alpine = draws.chance(0.65);
  if (alpine) drawMountains(stage, room * draws.between(0.55, 1.02));
  if (draws.chance(0.5)) drawHills(stage, cover, color, Math.min(60, room * (alpine ? 0.2 : 0.4)));
}

/** Grass with sheep, trees and hay bales before hills and mountains. */
export const meadow: SceneKind = {
  view: { horizon: [0.18, 0.6], nearScale: [42, 72] },
  compose(stage) {
    const { camera, draws } = stage;
    const color = grassColor(draws);
    backdrop(stage, "grass", color);
    const edge = wave(draws, camera.horizon, 3);
    drawSurface(stage, "grass", color, edge);
    if (draws.chance(0.35))
      drawPatch(stage, "ground", groundColor(draws), draws.between(0, 1) * camera.width, 26, draws.between(2, 4));
    if (draws.chance(0.5)) strew(stage, 40, edge, FLOWERS, 2);
    plantTrees(stage, draws.whole(1, 5), { scales: [11, 30] });
    place(stage, sheep, draws.chance(0.9) ? draws.whole(2, 6) : 0);
    place(stage, hayBale, draws.chance(0.3) ? draws.whole(1, 3) : 0);
    place(stage, person, draws.chance(0.3) ? 1 : 0);
    place(stage, standingBird, draws.chance(0.2) ? draws.whole(1, 2) : 0);
    if (camera.horizon > 60)
      hover(stage, flyingBird, draws.chance(0.35) ? draws.whole(1, 3) : 0, [42, 64], [14, camera.horizon - 20]);
  },
};

/** Bare ground, dry or stony, with bushes and people. */
export const dryLand: SceneKind = {
  view: { horizon: [0.15, 0.65], nearScale: [42, 76] },
  compose(stage) {
    const { camera, draws } = stage;
    const color = groundColor(draws);
    backdrop(stage, "ground", color);
    const edge = wave(draws, camera.horizon, 4);
    drawSurface(stage, "ground", color, edge);
    for (let i = draws.whole(0, 2); i > 0; i--)
      drawPatch(
        stage,
        "grass",
        mix(grassColor(draws), color, 0.2),
        draws.between(0, 1) * camera.width,
        draws.between(16, 34),
        draws.between(1.5, 3),
      );
    strew(stage, 26, edge, [shade(color, -0.3), shade(color, -0.18), shade(color, 0.25)], 2.6);
    plantTrees(stage, draws.whole(0, 3), { scales: [11, 40] });
    place(stage, person, draws.whole(0, 3));
    place(stage, draws.pick([sheep, hayBale, carSide]), draws.whole(0, 2));
    place(stage, standingBird, draws.chance(0.3) ? draws.whole(1, 2) : 0);
    if (camera.horizon > 60)
      hover(stage, draws.pick([flyingBird, balloon]), draws.whole(0, 2), [44, 78], [20, camera.horizon - 30]);
  },
};

/** A road that winds through fields, with cars, trees and bales. */
export const countryRoad: SceneKind = {
  view: { horizon: [0.2, 0.62], nearScale: [40, 66] },
  compose(stage) {
    const { camera, draws } = stage;
    const surface = draws.chance(0.8) ? "grass" : "ground";
    const color = surfaceColor(stage, surface);
    backdrop(stage, surface, color);
    drawSurface(stage, surface, color, wave(draws, camera.horizon, 1.5));
    const [bend, shift] = [draws.between(-16, 16), draws.between(-1, 1)];
    const road: Road = {
      middle: (scale) => shift + bend / scale + (1.2 * bend) / (scale * scale),
      half: draws.between(1.9, 2.6),
    };
    drawRoad(stage, road, surfaceColor(stage, "road"));
    const beside = (x: number, y: number) => !onRoad(camera, road, x, y, 0.7);
    const on = (x: number, y: number) => onRoad(camera, road, x, y, -0.7);
    place(stage, carFront, draws.whole(1, 3), { where: on, scales: [22, 46] });
    plantTrees(stage, draws.whole(1, 5), { where: beside, scales: [11, 34] });
    place(stage, draws.pick([sheep, hayBale, person]), draws.whole(0, 3), { where: beside });
    if (camera.horizon > 70)
      hover(stage, draws.pick([flyingBird, balloon]), draws.whole(0, 2), [40, 80], [20, camera.horizon - 35]);
  },
};
