import { rowAt } from "../camera";
import { shade } from "../color";
import { drawHouse } from "../scenery/house";
import { drawHills, drawSurface, type Edge, grassColor, groundColor, strew, surfaceColor, wave } from "../scenery/land";
import { drawMountains } from "../scenery/mountains";
import { drawSky } from "../scenery/sky";
import { drawThing, hover, penAt, place, type Stage } from "../stage";
import { flyingBird, standingBird, swimmingBird } from "../things/bird";
import { motorBoat, rowingBoat, sailingBoat } from "../things/boat";
import { person } from "../things/person";
import { sheep } from "../things/sheep";
import { broadTree, firTree, slimTree } from "../things/tree";
import { balloon, parasol } from "../things/unnamed";
import { plantTrees, type SceneKind } from "./kind";

/** Boats and water birds wherever the water is. */
function boats(stage: Stage, count: number, isWater: (x: number, y: number) => boolean): void {
  const { draws } = stage;
  for (let i = 0; i < count; i++) place(stage, draws.pick([sailingBoat, motorBoat, rowingBoat]), 1, { where: isWater });
  if (draws.chance(0.3)) place(stage, swimmingBird, draws.whole(1, 2), { where: isWater });
}

/** A near bank of grass, earth or sand; returns its edge, below the frame where there is none. */
function nearBank(stage: Stage, chance: number): Edge {
  const { camera, draws } = stage;
  if (!draws.chance(chance)) return () => camera.height + 60;
  const edge = wave(draws, camera.height * draws.between(0.72, 0.9), 9);
  const surface = draws.chance(0.5) ? "grass" : "ground";
  drawSurface(stage, surface, surfaceColor(stage, surface), edge);
  return edge;
}

/** A lake or fjord between wooded shores. */
export const lake: SceneKind = {
  view: { horizon: [0.24, 0.62], nearScale: [30, 48] },
  compose(stage) {
    const { camera, draws } = stage;
    drawSky(stage);
    if (draws.chance(0.85)) drawMountains(stage, camera.horizon * draws.between(0.6, 1.02));
    if (draws.chance(0.6)) drawHills(stage, "grass", grassColor(draws), camera.horizon * 0.18);
    const shore = camera.horizon + draws.between(4, 16);
    const bank = wave(draws, camera.horizon - 2, 3);
    if (draws.chance(0.8)) {
      drawSurface(stage, draws.chance(0.7) ? "grass" : "ground", grassColor(draws), bank);
      shoreTrees(stage, shore);
    }
    drawSurface(stage, "water", surfaceColor(stage, "water"), wave(draws, shore, 3));
    const near = nearBank(stage, 0.55);
    boats(stage, draws.whole(1, 3), (x, y) => y > shore + 6 && y < near(x) - 2);
    const onBank = { where: (x: number, y: number) => y > near(x) + 5 };
    plantTrees(stage, draws.whole(0, 2), { ...onBank, scales: [20, 40] });
    place(stage, draws.pick([person, sheep, standingBird]), draws.whole(0, 2), onBank);
    if (camera.horizon > 70)
      hover(
        stage,
        draws.pick([flyingBird, flyingBird, balloon]),
        draws.whole(0, 2),
        [46, 76],
        [16, camera.horizon - 30],
      );
  },
};

/** Trees along the far shore. */
function shoreTrees(stage: Stage, shore: number): void {
  const { camera, draws } = stage;
  const tree = draws.pick([broadTree, firTree, slimTree]);
  const count = draws.whole(0, 7);
  const from = draws.between(0, 0.6) * camera.width;
  for (let i = 0; i < count; i++) {
    drawThing(stage, tree, from + i * draws.between(16, 30), shore + draws.between(-2, 2), draws.between(9, 15));
  }
}

/** A beach: sand, sea, parasols and people. */
export const beach: SceneKind = {
  view: { horizon: [0.15, 0.5], nearScale: [40, 62] },
  compose(stage) {
    const { camera, draws } = stage;
    drawSky(stage);
    if (draws.chance(0.4)) drawMountains(stage, camera.horizon * draws.between(0.4, 0.85));
    drawSurface(stage, "water", surfaceColor(stage, "water"), () => camera.horizon);
    const slope = draws.between(-0.22, 0.22);
    const row = camera.horizon + (camera.height - camera.horizon) * draws.between(0.3, 0.6);
    const line = wave(draws, row, 6);
    const shore: Edge = (x) => line(x) + slope * (x - camera.width / 2);
    const sand = draws.chance(0.85) ? ([226, 198, 150] as const) : groundColor(draws);
    drawSurface(stage, "ground", sand, shore);
    strew(stage, 14, shore, [shade(sand, -0.25), shade(sand, 0.3)], 2);
    const dry = (x: number, y: number) => y > shore(x) + 5;
    boats(stage, draws.whole(0, 3), (x, y) => y < shore(x) - 6 && y > camera.horizon + 8);
    place(stage, parasol, draws.chance(0.7) ? draws.whole(1, 3) : 0, { where: dry });
    place(stage, person, draws.whole(1, 3), { where: dry });
    place(stage, standingBird, draws.chance(0.35) ? draws.whole(1, 2) : 0, { where: dry });
    place(stage, slimTree, draws.chance(0.2) ? 1 : 0, { where: dry });
    if (camera.horizon > 55) hover(stage, flyingBird, draws.whole(0, 2), [44, 70], [14, camera.horizon - 20]);
  },
};

/** A row of houses by the water. */
export const harbour: SceneKind = {
  view: { horizon: [0.38, 0.62], nearScale: [28, 44] },
  compose(stage) {
    const { camera, draws } = stage;
    drawSky(stage);
    if (draws.chance(0.5)) drawMountains(stage, camera.horizon * draws.between(0.5, 0.85));
    const scale = draws.between(10, 14);
    const quay = rowAt(camera, scale);
    drawSurface(stage, draws.chance(0.6) ? "ground" : "grass", surfaceColor(stage, "ground"), () => camera.horizon + 1);
    houses(stage, quay, scale);
    const shore = quay + draws.between(8, 20);
    drawSurface(stage, "water", surfaceColor(stage, "water"), () => shore);
    const near = nearBank(stage, 0.3);
    boats(stage, draws.whole(1, 4), (x, y) => y > shore + 7 && y < near(x) - 2);
    place(stage, draws.pick([person, standingBird]), draws.whole(0, 2), { where: (x, y) => y > near(x) + 5 });
    hover(stage, flyingBird, draws.chance(0.35) ? draws.whole(1, 2) : 0, [44, 68], [14, camera.horizon * 0.45]);
  },
};

/** Houses and gaps with trees, from one side of the world to the other. */
function houses(stage: Stage, foot: number, scale: number): void {
  const { camera, draws, mood } = stage;
  for (let x = -60; x < camera.width + 60; ) {
    const size = { wide: draws.between(4.6, 8), high: 2.9 * draws.whole(1, 3) + 0.4 };
    if (draws.chance(0.16)) drawThing(stage, broadTree, x + 22, foot, scale * draws.between(1, 1.5));
    else drawHouse({ pen: penAt(stage, scale + 8), draws, mood }, { x, y: foot, scale }, size);
    x += size.wide * scale * (draws.chance(0.7) ? 1.0 : 1.3);
  }
}
