import { readFile } from "node:fs/promises";
import { writeWhole } from "setr/dist/files";
import type { Machine } from "./machine";
import { type Row, rowsTable } from "./rows";

/** What was measured in one go: a heading, a table and text. */
export interface Section {
  readonly name: string;
  readonly title: string;
  /** When it was finished, as ISO 8601. */
  readonly date: string;
  readonly repeats: number;
  readonly rows: readonly Row[];
  /** Markdown under the table. */
  readonly text: string;
}

/** All that was measured on a machine. */
export interface Results {
  readonly machine: Machine;
  readonly sections: readonly Section[];
}

/**
 * The results with a newly measured section in place of an older one of its name; what was measured on another machine or
 * with other programs is left out.
 *
 * @param order names of all sections, as they follow each other
 */
export function withSection(
  old: Results | undefined,
  machine: Machine,
  section: Section,
  order: readonly string[],
): Results {
  const isSame = JSON.stringify(old?.machine) === JSON.stringify(machine);
  const kept = isSame ? old!.sections.filter(({ name }) => name !== section.name) : [];
  const sections = [...kept, section].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return { machine, sections };
}

/** Puts a section into the results beside the page, and writes the page anew, with the notes at its end. */
export async function saveSection(
  page: string,
  machine: Machine,
  section: Section,
  order: readonly string[],
  notes: string,
): Promise<void> {
  const data = page.replace(/(\.md)?$/, ".json");
  const text = await readFile(data, "utf8").catch(() => undefined);
  const results = withSection(text ? (JSON.parse(text) as Results) : undefined, machine, section, order);
  await writeWhole(data, `${JSON.stringify(results, undefined, 1)}\n`);
  await writeWhole(page, `${resultsPage(results, order)}\n${notes}`);
}

const HEAD = `# Benchmark

Written by \`npm run bench\`. Ours and PyTorch in turn, in one run, each in a process of its own: every line is the median, and the median of the
ratios ours / theirs of each round (below 1: ours is faster or smaller). Same weights (.safetensors for ours, the same as .pth in float32 for
PyTorch), same input, all cores, files in the system's cache. PyTorch runs plain modules of the same architecture (bench/pytorch), which must
give the same class scores. Times do not contain the start of Node or Python nor the import of torch; ours contains the loading of ONNX Runtime.
PyTorch's OpenMP threads wait passively (OMP_WAIT_POLICY=PASSIVE), with which most of it is faster than as it is installed, where OpenBLAS
has threads of its own; lines that say so are against PyTorch as it is installed. The cache of runs is off. Whatever else runs on the machine
shows in the numbers.

The roof is a product of [901, 1024] and [1024, 4096] in ONNX Runtime, as it comes out of the box, in a process of its own. It is measured in
every round of the captured passes (the median of ten products); the share is the median of the rounds' shares, so that a machine
that becomes slower or faster meanwhile changes both.
`;

/** The results as Markdown. */
export function resultsPage({ machine, sections }: Results, order: readonly string[]): string {
  const rows = Object.entries(machine).map(([name, value]) => `| ${name} | ${value} |`);
  const missing = order.filter((name) => !sections.some((section) => section.name === name));
  const lacks = missing.length > 0 ? `\nNot measured here: ${missing.join(", ")}.\n` : "";
  return `${HEAD}${lacks}
| | |
|---|---|
${rows.join("\n")}

${sections.map(sectionText).join("\n")}`;
}

function sectionText({ name, title, date, repeats, rows, text }: Section): string {
  const table = rows.length > 0 ? `\n${rowsTable(rows)}\n` : "";
  const when = `\`${name}\`, ${date.slice(0, 16).replace("T", " ")} UTC, ${repeats} repeats`;
  return `## ${title}\n\n${when}\n${table}\n${text}\n`;
}
