import { drawCamera } from "./camera";
import type { Draws } from "./draws";
import { countryRoad, dryLand, meadow } from "./kinds/fields";
import type { SceneKind } from "./kinds/kind";
import { facade, fairground, streetAcross, streetAhead } from "./kinds/streets";
import { closeUp, landFromAbove, skyward, waterFromAbove } from "./kinds/views";
import { beach, harbour, lake } from "./kinds/waters";
import { drawMood } from "./mood";
import { newSketch } from "./sketch";
import type { Stage } from "./stage";

/** Kinds of scenes by how often they come. */
const KINDS: readonly (readonly [number, SceneKind])[] = [
  [15, meadow],
  [6, dryLand],
  [10, countryRoad],
  [10, lake],
  [10, beach],
  [10, harbour],
  [12, streetAhead],
  [12, streetAcross],
  [9, facade],
  [6, fairground],
  [10, landFromAbove],
  [7, waterFromAbove],
  [6, skyward],
  [12, closeUp],
];

/** A scene, complete but for its pixels: things that stand on the plain are drawn from far to near. */
export function composeScene(draws: Draws, size: { height: number; width: number }): Stage {
  const kind = draws.weigh(KINDS);
  const camera = drawCamera(draws, size, kind.view);
  const stage: Stage = { draws, sketch: newSketch(), mood: drawMood(draws), camera, standing: [], taken: [] };
  kind.compose(stage);
  for (const { draw } of [...stage.standing].sort((a, b) => a.y - b.y)) draw();
  return stage;
}
