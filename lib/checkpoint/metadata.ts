/** Keys of `__metadata__` in weight files written here. */
export const METADATA = {
  /** The configuration as JSON. */
  config: "setr.config",
  /** "false" for random values. */
  trained: "setr.trained",
  /** Where the values come from, in words. */
  origin: "setr.origin",
  /** Names of the classes as a JSON list, by their number. */
  classes: "setr.classes",
  /** How the weights were trained, as JSON: configuration, evaluation, seconds, engine, version. */
  training: "setr.training",
  /** Family of the file that was converted. */
  family: "setr.family",
  /** Name of the file that was converted. */
  source: "setr.source",
  /** SHA-256 of the file that was converted. */
  sourceSha256: "setr.source.sha256",
} as const;
