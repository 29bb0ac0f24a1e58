import { availableParallelism } from "node:os";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { CACHE_KINDS } from "./cacheFolder";
import { FIGURE_NUMBERS, SUPPLEMENT_FIGURES } from "./commands/figureNotebooks";
import { hintOptions, modelOptions, sizeOptions } from "./commands/modelOptions";
import {
  figureFormatList,
  gather,
  imageSize,
  pageWidth,
  positiveInteger,
  resolution,
  wholeNumber,
} from "./commands/options";
import { addSurvey } from "./commands/surveyArguments";
import { type FigureFormat, figureFormats } from "./figure/formats";
import { themeNames } from "./figure/theme";
import { VARIANTS } from "./model/variants";

/** Engines that can differentiate. */
const TRAINING_ENGINES = ["tfjs", "tfjs-tensorflow", "tfjs-wasm"];
const WRONG_USAGE = 2;
/** That of a program which SIGPIPE has ended, as shells give it; Node turns the signal into an error. */
const NO_READER = 141;

const ONLY = "figures to draw, e.g. 1,3; 1 to 4 are the supplement's, of 5 and 6 and of 7 to 12 all come together";

/** What `setr figures` writes unless told. */
const FORMATS: readonly FigureFormat[] = ["png", "svg", "pdf"];

// A command is loaded when it is called: the program starts faster, and `doctor` works where a package is missing.
function buildProgram(): Command {
  const program = new Command("setr")
    .description("Look inside SETR and other plain vision transformers")
    .option("--debug", "print the stack of an error")
    .exitOverride()
    .showHelpAfterError();
  addFigures(program);
  addRun(program);
  addLab(program);
  addActivations(program);
  addSegment(program);
  addInspect(program);
  addConvert(program);
  addInit(program);
  addTrain(program);
  addScenes(program);
  addSurvey(program);
  addVerify(program);
  addCache(program);
  addDoctor(program);
  return program;
}

function addFigures(program: Command): void {
  hintOptions(program.command("figures"))
    .description("run the notebooks of Figures 1 to 4, or of others, and export them as PNG, SVG and PDF")
    .option("--weights <file>", "checkpoint to look into; by default the one that comes with the project")
    .option("--image-size <pixels>", "S or HxW; position embeddings are interpolated to it", imageSize)
    .option(
      "--photo <file...>",
      "files, boats, alps, airplane, home, allium, or scene:SEED; all go to Figures 4 and 8, the first two to 2 and 3, the first to the others",
    )
    .option("--only <numbers>", ONLY, figureNumbers, SUPPLEMENT_FIGURES)
    .addOption(new Option("--all", "draw all figures").conflicts("only"))
    .option(
      "--format <names>",
      `of the files, e.g. png,pdf; known: ${figureFormats.join(", ")}`,
      figureFormatList,
      FORMATS,
    )
    .option("--preset <width>", "single-column, double-column, slide, or mm; by default the notebook's", pageWidth)
    .addOption(new Option("--theme <name>", "page and text; by default the notebook's").choices(themeNames))
    .option("--dpi <number>", "resolution of PNG, and of pictures in PDF; by default the notebook's", resolution)
    .option("--out <folder>", "where the files go", "figures")
    .option("--jobs <number>", "how many notebooks run at once", positiveInteger, Math.min(2, availableParallelism()))
    .action(async (options) => (await import("./commands/figures")).figuresCommand(options));
}

function addRun(program: Command): void {
  program
    .command("run <notebooks...>")
    .description("run notebooks from top to bottom, without Jupyter")
    .option("-p, --parameter <name=value>", "another value for a name of its parameters cell; repeatable", gather)
    .option("--out <path>", "write the executed notebook here; a folder for several")
    .option(
      "--static",
      "keep of interactive figures the picture and the text alone: small, and what a viewer shows anyway",
    )
    .option("--timeout <seconds>", "longest time for one cell", positiveInteger)
    .option("--jobs <number>", "how many notebooks run at once", positiveInteger, 1)
    .action(async (paths, options) => (await import("./commands/run")).runCommand(paths, options));
}

function addLab(program: Command): void {
  program
    .command("lab [folder]")
    .description("open JupyterLab on the notebooks, or another folder, with the kernel SETR (TypeScript)")
    .option("--python <path>", "Python whose Jupyter is used; by default the one on the PATH, or in .venv")
    .option("--yes", "install JupyterLab into .venv without asking, where there is none")
    .option("--port <number>", "port on this machine; the first free one from 8888 by default", positiveInteger)
    .option("--no-browser", "print the address and open nothing")
    .option("--register", "only make the kernel known to Jupyter")
    .addOption(registration("--user", "make the kernel known to every Jupyter of this user").conflicts("python"))
    .addOption(registration("--prefix <folder>", "make it known to an environment").conflicts(["python", "user"]))
    .addOption(new Option("--check", "start the known kernel, and say whether it works").conflicts("register"))
    .action(async (folder, options) => (await import("./commands/lab")).labCommand(folder, options));
}

/** An option that says where the kernel is made known, and so that nothing else is done. */
function registration(flags: string, description: string): Option {
  return new Option(flags, description).conflicts("check").implies({ register: true });
}

function addActivations(program: Command): void {
  const command = program.command("activations").description("run the model once and write named values");
  modelOptions(command)
    .addOption(inputOption())
    .option("--photo <file>", "picture or sample photo, stretched to the model's size")
    .requiredOption("--capture <names>", 'comma-separated, e.g. "Z*,A1,A2.mean,U*,logits,rollout,position_similarity"')
    .requiredOption("--out <file>", ".safetensors to write")
    .action(async (options) =>
      (await import("./commands/activations")).activationsCommand(withSource(command, options)),
    );
}

function addSegment(program: Command): void {
  const command = program.command("segment").description("segment a picture");
  modelOptions(command)
    .addOption(inputOption())
    .option("--photo <file>", "picture or sample photo")
    .addOption(new Option("--mode <mode>", "one pass, or sliding windows").choices(["whole", "slide"]).default("whole"))
    .option("--stride <pixels>", "distance of windows; two thirds of the model's size by default", positiveInteger)
    .requiredOption("--out <file>", "PNG whose grey values are class numbers")
    .option("--logits <file>", "write the class scores too, as .safetensors")
    .action(async (options) => (await import("./commands/segment")).segmentCommand(withSource(command, options)));
}

function addInspect(program: Command): void {
  hintOptions(program.command("inspect <weights>"))
    .description("say what a checkpoint holds, what of it is used, and what stands out")
    .option("--json", "print JSON")
    .action(async (path, options) => (await import("./commands/inspect")).inspectCommand(path, options));
}

function addConvert(program: Command): void {
  const command = program.command("convert <in> <out>").description("convert a checkpoint to .safetensors");
  sizeOptions(command)
    .addOption(new Option("--dtype <type>", "stored type; half precision stays by default").choices(["f32", "f16"]))
    .action(async (path, out, options) => (await import("./commands/convert")).convertCommand(path, out, options));
}

function addInit(program: Command): void {
  program
    .command("init")
    .description("write seeded random weights")
    .requiredOption("--variant <name>", VARIANTS.join(", "))
    .option("--image-size <pixels>", "S or HxW, multiples of 16", imageSize, { height: 480, width: 480 })
    .option("--classes <number>", "classes, background included", positiveInteger, 60)
    .option("--seed <number>", "same seed, same bytes", wholeNumber, 1)
    .requiredOption("--out <file>", ".safetensors to write")
    .action(async (options) => (await import("./commands/init")).initCommand(options));
}

function addTrain(program: Command): void {
  program
    .command("train")
    .description("train on drawn scenes or on a folder of pictures and labels; goes on where it was stopped")
    .requiredOption("--config <file>", "JSON: model, data, steps, optimiser; see the README")
    .requiredOption("--out <file>", ".safetensors to write; the state lies beside it as .state.safetensors")
    .addOption(new Option("--engine <name>", "what computes").choices(TRAINING_ENGINES).default("tfjs"))
    .addOption(new Option("--dtype <type>", "stored type of the weights").choices(["f32", "f16"]).default("f16"))
    .option("--final-held-out <number>", "held-out pictures of the last evaluation", positiveInteger)
    .option("--restart", "forget the state of an earlier run")
    .action(async (options) => (await import("./commands/train")).trainCommand(options));
}

function addScenes(program: Command): void {
  program
    .command("scenes")
    .description("draw scenes with their labels: one figure, or a folder of pictures and label PNGs")
    .option("--first-seed <number>", "seed of the first scene; the others follow", wholeNumber, 124)
    .option("--count <number>", "how many", positiveInteger, 24)
    .option("--image-size <pixels>", "S or HxW, 32 to 4096", imageSize, { height: 240, width: 240 })
    .option("--dpi <number>", "resolution of a .png figure, and of pictures in a .pdf; 300 by default", resolution)
    .requiredOption("--out <path>", ".png, .svg or .pdf for a figure; otherwise a folder, for images/ and labels/")
    .action(async (options) => (await import("./commands/scenes")).scenesCommand(options));
}

function addVerify(program: Command): void {
  modelOptions(program.command("verify").description("compare what the model computes with expected arrays"))
    .requiredOption("--expected <file>", ".safetensors with `input` and expected values by name")
    .action(async (options) => (await import("./commands/verify")).verifyCommand(options));
}

function addCache(program: Command): void {
  program
    .command("cache")
    .description("say what lies in the cache folder; clear it, or bring captured runs under their bound")
    .addOption(new Option("--clear [kind]", "remove what can be made again: one kind, or all").choices(CACHE_KINDS))
    .addOption(new Option("--prune", "remove the runs used longest ago, beyond the bound").conflicts("clear"))
    .option("--json", "print JSON")
    .action(async (options) => (await import("./commands/cache")).cacheCommand(options));
}

function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("say what of this machine can be used, and how to get what is missing")
    .option("--json", "print JSON")
    .action(async (options) => (await import("./commands/doctor")).doctorCommand(options));
}

function inputOption(): Option {
  return new Option("--input <file>", ".safetensors with `input` [1, 3, H, W], normalised").conflicts("photo");
}

/** Of --input and --photo, one is needed. */
function withSource<T extends { input?: string; photo?: string }>(command: Command, options: T): T {
  if (options.input === undefined && options.photo === undefined) {
    command.error("error: expected --input or --photo, found neither", { exitCode: WRONG_USAGE });
  }
  return options;
}

function figureNumbers(text: string): number[] {
  const numbers = text.split(",").map(Number);
  if (numbers.every((number) => FIGURE_NUMBERS.includes(number))) return numbers;
  throw new InvalidArgumentError(`expected figures among ${FIGURE_NUMBERS.join(", ")}, found "${text}".`);
}

/** Ends the program without a word when nobody reads what it prints any more, as in `setr doctor | head -1`. */
function endWithoutReader(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(NO_READER);
  });
}

async function main(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) endWithoutReader(stream);
  const words = process.argv.slice(2);
  const debug = words.includes("--debug"); // understood before and after the command
  try {
    await buildProgram().parseAsync(
      words.filter((word) => word !== "--debug"),
      { from: "user" },
    );
  } catch (error) {
    process.exitCode = report(error as Error, debug);
  }
}

/** Prints an error in one line and says which status to exit with. */
function report(error: Error, debug: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE; // commander has printed it
  const message = error.message.replace(/\s*\n\s*/g, " ");
  console.error(debug ? error.stack : `setr: ${message}`);
  return 1;
}

void main();
