import type { View } from "../camera";
import { type Place, place, type Stage, type Thing } from "../stage";
import { broadTree, bush, firTree, slimTree } from "../things/tree";

/** A kind of scene: how its camera stands, and what there is to see. */
export interface SceneKind {
  readonly view: View;
  compose(stage: Stage): void;
}

/** Trees of one or two sorts. */
export function plantTrees(stage: Stage, count: number, where: Place = {}): void {
  const { draws } = stage;
  const sorts: readonly Thing[] = draws.pick([
    [broadTree],
    [broadTree, bush],
    [firTree],
    [firTree, broadTree],
    [slimTree, broadTree],
  ]);
  for (let i = 0; i < count; i++) place(stage, draws.pick(sorts), 1, { overlap: 0.75, ...where });
}
