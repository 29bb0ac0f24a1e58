import type { SetrConfig } from "../model/config";
import type { TrainingConfig } from "./config";
import type { TrainingData } from "./data";
import { folderData } from "./folderData";
import { sceneData } from "./sceneData";
import { SCENE_CLASSES } from "./scenes/classes";

/** The classes of a training's data, and how to open it at a model's size. */
export interface DataSource {
  readonly classes: readonly string[];
  readonly open: (model: SetrConfig) => Promise<TrainingData>;
}

/** Where the configuration's pictures come from. */
export function dataSource(config: TrainingConfig): DataSource {
  const { data } = config;
  return data.type === "scenes"
    ? { classes: SCENE_CLASSES, open: async (model) => sceneData(model, data, config) }
    : { classes: data.classes, open: (model) => folderData(model, data, config) };
}
