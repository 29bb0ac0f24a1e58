/** Areas in which input can be refused; each has its own error class below. */
export type ErrorArea =
  | "checkpoint"
  | "config"
  | "capture"
  | "image"
  | "analysis"
  | "engine"
  | "figure"
  | "notebook"
  | "training"
  | "survey"
  | "file";

/**
 * A refusal of bad input: one sentence that says what was looked at, what was expected and what was found.
 *
 * The command line prints `message` as it is, after `setr:`, and exits with status 1.
 */
export class SetrError extends Error {
  /** Short, stable identifier of the condition, e.g. `"tensor-missing"`. */
  readonly code: string;
  /** The part of the library that refused. */
  readonly area: ErrorArea;

  /**
   * @param area part of the library that refuses
   * @param code short, stable identifier of the condition
   * @param message one sentence: subject, expected, found
   */
  constructor(area: ErrorArea, code: string, message: string) {
    super(message);
    this.name = new.target.name;
    this.area = area;
    this.code = code;
  }
}

/** A weight file that cannot be opened: unreadable, malformed, incomplete or unsuitable. */
export class CheckpointError extends SetrError {
  constructor(code: string, message: string) {
    super("checkpoint", code, message);
  }
}

/** A model configuration that is impossible or contradicts the weights. */
export class ConfigError extends SetrError {
  constructor(code: string, message: string) {
    super("config", code, message);
  }
}

/** A capture name that the model does not have, or an array that was not captured. */
export class CaptureError extends SetrError {
  constructor(code: string, message: string) {
    super("capture", code, message);
  }
}

/** A picture that cannot be read, or does not fit. */
export class ImageError extends SetrError {
  constructor(code: string, message: string) {
    super("image", code, message);
  }
}

/** An analysis asked for something outside its range (a point off the grid, an unknown option). */
export class AnalysisError extends SetrError {
  constructor(code: string, message: string) {
    super("analysis", code, message);
  }
}

/** An engine that is not there or failed while running. */
export class EngineError extends SetrError {
  constructor(code: string, message: string) {
    super("engine", code, message);
  }
}

/** A figure that cannot be laid out or written. */
export class FigureError extends SetrError {
  constructor(code: string, message: string) {
    super("figure", code, message);
  }
}

/** A notebook that cannot be read, parametrised or run to its end. */
export class NotebookError extends SetrError {
  constructor(code: string, message: string) {
    super("notebook", code, message);
  }
}

/** A training that cannot start, go on or be resumed. */
export class TrainingError extends SetrError {
  constructor(code: string, message: string) {
    super("training", code, message);
  }
}

/** A survey that cannot start, go on, be merged or be read. */
export class SurveyError extends SetrError {
  constructor(code: string, message: string) {
    super("survey", code, message);
  }
}
