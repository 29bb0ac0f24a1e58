import { median, medianRatio } from "./statistics";

/** What is wanted of a row: of our median, or of the median of the ratios ours / theirs. */
export interface Target {
  readonly of: "ours" | "ratio";
  readonly bound: "at most" | "at least";
  readonly value: number;
}

/** A line of the table, with every measured value in the order in which it was taken. */
export interface Row {
  readonly title: string;
  /** Of our values and theirs; empty for a share. */
  readonly unit: "s" | "GB" | "%" | "";
  readonly ours: readonly number[];
  /** In turn with ours, where there is another side. */
  readonly theirs?: readonly number[];
  readonly target?: Target;
}

/** The rows as a table in Markdown. */
export function rowsTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${cells(row).join(" | ")} |`);
  return ["| | ours | PyTorch | ratio | target |", "|---|---:|---:|---:|---|", ...lines].join("\n");
}

/** A row as a line for the terminal. */
export function rowLine(row: Row): string {
  const [title, ours, theirs, ratio, target] = cells(row);
  const other = theirs ? `, theirs ${theirs}, ratio ${ratio}` : "";
  return `${title}: ours ${ours}${other}${target ? ` (${target})` : ""}`;
}

function cells(row: Row): string[] {
  const ratio = ratioOf(row);
  const theirs = row.theirs ? quantity(median(row.theirs), row.unit) : "";
  return [row.title, quantity(median(row.ours), row.unit), theirs, ratio?.toPrecision(2) ?? "", targetText(row)];
}

function ratioOf({ ours, theirs }: Row): number | undefined {
  return theirs && medianRatio(ours, theirs);
}

/** E.g. "ratio at most 0.6: met". */
export function targetText(row: Row): string {
  const { target, unit } = row;
  if (!target) return "";
  const found = target.of === "ours" ? median(row.ours) : ratioOf(row);
  if (found === undefined) throw new Error(`${row.title}: expected values of both sides for a ratio, found ours alone`);
  const isMet = target.bound === "at most" ? found <= target.value : found >= target.value;
  const wanted = target.of === "ours" && unit ? `${target.value} ${unit}` : `${target.value}`;
  return `${target.of} ${target.bound} ${wanted}: ${isMet ? "met" : "**not met**"}`;
}

/** A value with three digits and its unit. */
export function quantity(value: number, unit: Row["unit"]): string {
  if (unit === "%") return `${value.toFixed(0)} %`;
  if (unit !== "s") return `${digits(value)} ${unit}`.trim();
  if (Math.abs(value) < 1e-3) return `${digits(value * 1e6)} µs`;
  return Math.abs(value) < 1 ? `${digits(value * 1e3)} ms` : `${digits(value)} s`;
}

function digits(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
