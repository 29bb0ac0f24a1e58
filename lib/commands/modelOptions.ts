import { type Command, Option } from "commander";
import { ENGINE_NAMES } from "../engine/open";
import { imageSize, positiveInteger } from "./options";

/** Adds the options of a command that opens a model and runs it. */
export function modelOptions(command: Command): Command {
  const weights = "checkpoint of any known family and format; `default` is the one that comes with the project";
  return sizeOptions(command.requiredOption("--weights <file>", weights)).addOption(
    new Option("--engine <name>", "what computes").choices(ENGINE_NAMES).default("auto"),
  );
}

/** Adds the options of a command that opens a checkpoint at a size. */
export function sizeOptions(command: Command): Command {
  return hintOptions(command)
    .option("--image-size <pixels>", "S or HxW; position embeddings are interpolated to it", imageSize)
    .addOption(new Option("--pos-embed-mode <mode>", "how").choices(["bilinear", "bicubic"]).default("bilinear"))
    .option("--pos-embed-align-corners", "corner patches map to corner patches");
}

/** Adds the options for what a checkpoint may not show. */
export function hintOptions(command: Command): Command {
  return command
    .option("--heads <number>", "attention heads, where the file does not say", positiveInteger)
    .addOption(
      new Option("--normalisation <name>", "of pixels; guessed from the family").choices(["imagenet", "half"]),
    );
}
