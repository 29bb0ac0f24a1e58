import { type Command, Option } from "commander";
import { modelOptions } from "./modelOptions";
import { factors, nameList, positiveInteger, shareOfOne } from "./options";
import type { SurveyCommandOptions } from "./survey";

const [SLURM, KUBERNETES] = ["slurm", "kubernetes"] as const;
const submit = new Option("--submit <cluster>", "start the job there instead").choices([SLURM, KUBERNETES]);

/** What goes with `--submit`, and the cluster that it is for where it is not for both. */
const WITH_SUBMIT: readonly { readonly option: Option; readonly cluster?: string }[] = [
  { option: new Option("--array <number>", "tasks of that job; 4 by default").argParser(positiveInteger) },
  { option: new Option("--sbatch <options>", "more options for Slurm's sbatch, in quotes"), cluster: SLURM },
  {
    option: new Option(
      "--container <image>",
      "for kubernetes: the image, with node, the project and this folder under the same paths as here",
    ),
    cluster: KUBERNETES,
  },
  {
    option: new Option("--volume <claim:path>", "for kubernetes: the volume of pictures, weights and results"),
    cluster: KUBERNETES,
  },
  { option: new Option("--dry-run", "print the job instead of submitting it") },
];

/** Options that belong to the submission, not to the command of its tasks. */
export const SUBMISSION: readonly Option[] = [submit, ...WITH_SUBMIT.map(({ option }) => option)];

/** Adds `survey` and its commands. */
export function addSurvey(program: Command): void {
  const survey = program.command("survey").description("measure every picture of a set: attention, classes, features");
  addMeasure(survey);
  survey
    .command("status <folder>")
    .description("say how far a survey is")
    .action(async (folder) => (await import("./survey")).surveyStatusCommand(folder));
  survey
    .command("merge <folder>")
    .description("make one Parquet file of each table, when all shards are done")
    .action(async (folder) => (await import("./survey")).surveyMergeCommand(folder));
}

function addMeasure(survey: Command): void {
  const command = modelOptions(survey.command("measure", { isDefault: true }).description("measure (the default)"))
    .requiredOption("--images <source>", "a folder, a text file with one picture a line, or scenes:FIRST..LAST")
    .option("--labels <folder>", "label PNGs under the pictures' names")
    .option("--classes <set>", "what labels mean: pascal-context-59 or -60, ade20k, cityscapes, or a JSON file")
    .requiredOption("--measure <names>", "some of distance,entropy,confidence,iou,focus,pooled", nameList)
    .requiredOption("--out <folder>", "where the Parquet files go; a survey that is there is gone on with");
  inferenceOptions(command).option("--jobs <number>", "processes", positiveInteger, 1);
  const shard = "i/n: every n-th picture; auto/n or auto: as the cluster numbers the task";
  command.addOption(new Option("--shard <part>", shard).conflicts("submit"));
  for (const option of SUBMISSION) command.addOption(option);
  command.action(async (options) => (await import("./survey")).surveyCommand(withCluster(command, options)));
}

/** Refuses options of a submission without one, or for another cluster. */
function withCluster(command: Command, options: SurveyCommandOptions): SurveyCommandOptions {
  const { submit: found } = options;
  for (const { option, cluster } of WITH_SUBMIT) {
    const isGiven = options[option.attributeName() as keyof SurveyCommandOptions] !== undefined;
    if (!isGiven || (found !== undefined && (cluster ?? found) === found)) continue;
    const expected = `--submit ${cluster ?? `${SLURM} or ${KUBERNETES}`}`;
    command.error(`error: ${option.long}: expected ${expected} with it, found ${found ?? "none"}`);
  }
  return options;
}

function inferenceOptions(command: Command): Command {
  return command
    .addOption(new Option("--mode <mode>", "how pictures are segmented").choices(["whole", "slide"]))
    .option("--stride <pixels>", "distance of windows; two thirds of the model's size by default", positiveInteger)
    .option("--short-side <pixels>", "shorter side before windows slide; the model's size by default", positiveInteger)
    .option("--long-side <pixels>", "longest the longer side may become", positiveInteger)
    .option("--ratios <factors>", "sizes that are averaged, e.g. 0.5,0.75,1", factors)
    .option("--flip", "average the mirrored picture in")
    .addOption(new Option("--segments <whose>", "that focus looks at").choices(["labels", "found"]))
    .option("--smallest-segment <share>", "of the picture, that focus looks at; 0.01 by default", shareOfOne);
}
