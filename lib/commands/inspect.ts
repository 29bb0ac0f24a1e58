import { checkComplete } from "../checkpoint/examine";
import { type Inspection, inspectCheckpoint } from "../checkpoint/inspect";
import { checkFinite } from "../checkpoint/scan";
import { resolveWeights } from "../paths";
import { type HintOptions, hintsOf } from "./options";

/** Options of `setr inspect`. */
export interface InspectOptions extends HintOptions {
  readonly json?: boolean;
}

/** Says what a checkpoint holds, what of it is used, what stands out, and which figures it can draw. */
export async function inspectCommand(weights: string, options: InspectOptions): Promise<void> {
  const path = resolveWeights(weights);
  const { examined, inspection } = await inspectCheckpoint(path, hintsOf(options));
  for (const note of inspection.notes) console.error(note);
  if (options.json) console.log(JSON.stringify(inspection, null, 2));
  else for (const [label, text] of lines(inspection)) console.log(`${label.padEnd(18)}${text}`);
  checkComplete(examined);
  checkFinite(path, inspection.suspicious);
}

const PIXELS = { imagenet: "normalised by ImageNet's means", half: "scaled to -1..1" };

function lines(found: Inspection): [label: string, text: string][] {
  const { config, coverage } = found;
  const { type, ...details } = config.decoder;
  const decoder = [type, ...Object.entries(details).map(([name, value]) => `${name} ${value}`)].join(", ");
  return [
    ["file", `${found.file} (${(found.bytes / 1e6).toFixed(1)} MB, ${found.format})`],
    ["sha256", found.sha256],
    ["family", found.family + (found.wrapper ? `, weights under ${found.wrapper}` : "")],
    ...found.leftAside.map((name): [string, string] => ["", `beside them: ${name}`]).slice(0, 10),
    ["trained", found.trained ? "taken to be; nothing says otherwise" : "no: random values"],
    [
      "encoder",
      `${config.depth} layers, width ${config.embedDim}, ${config.numHeads} heads, feed-forward ${config.mlpDim}`,
    ],
    [
      "image",
      `${config.imageHeight}x${config.imageWidth} pixels in patches of ${config.patchSize}, ${PIXELS[config.normalisation]}`,
    ],
    ["positions", `${found.grid.height}x${found.grid.width} patches, ${found.tokens} tokens${positionText(found)}`],
    ["decoder", decoder],
    ["classes", found.classes ? `${config.numClasses}: ${found.classes.join(", ")}` : String(config.numClasses)],
    ["parameters", `${found.parameters} (${found.types.join(", ")})`],
    ["tensors used", String(coverage.used)],
    ...Object.entries(coverage.ignored).map(([reason, count]): [string, string] => [
      "  ignored",
      `${count}: ${reason}`,
    ]),
    ...listed("  missing", coverage.missing),
    ...listed("  wrong shape", coverage.wrongShape),
    ...listed("  wrong type", coverage.wrongType),
    ...listed("  unexpected", coverage.unexpected),
    ...suspicions(found),
    ...Object.entries(found.figures),
  ];
}

function listed(label: string, items: readonly string[]): [string, string][] {
  return items.length === 0 ? [[label, "none"]] : items.map((item) => [label, item]);
}

function positionText({ positions }: Inspection): string {
  if (!positions) return "";
  const { neighbours, distant } = positions;
  return `; similarity of neighbours ${neighbours.toFixed(2)}, of distant ones ${distant.toFixed(2)}`;
}

function suspicions({ suspicious, positions }: Inspection): [string, string][] {
  const spoilt = suspicious.filter(({ nonFinite }) => nonFinite > 0);
  const found = spoilt.map(
    ({ name, nonFinite, shape }) => `${name}: ${nonFinite} of ${shape.join(" x ")} NaN or infinite`,
  );
  const zero = suspicious.filter(({ allZero }) => allZero).map(({ name }) => name);
  if (zero.length > 0) {
    const more = zero.length > 3 ? ` and ${zero.length - 3} more` : "";
    found.push(`all zero: ${zero.slice(0, 3).join(", ")}${more}`);
  }
  if (positions?.looksUntrained) {
    found.push("position embeddings: neighbours are hardly more alike than distant patches; untrained?");
  }
  return listed("suspicious", found);
}
