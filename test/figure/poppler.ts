import { spawnSync } from "node:child_process";

/** Whether the programs of poppler, an independent reader of PDF files, are here. */
export const hasPoppler = ["pdfinfo", "pdffonts", "pdfimages", "pdftotext", "pdftoppm"].every(
  (program) => spawnSync(program, ["-v"]).status === 0,
);

/** Tests that need poppler are left out where it is missing, but not where everything must be tested. */
export const skipsPoppler = !hasPoppler && !process.env.CI;

if (skipsPoppler) console.log("skipped: reading PDF files with poppler (no poppler-utils on this machine)");

/**
 * What a program of poppler prints about a file.
 *
 * @throws Error when it fails, or has anything to complain of
 */
export function poppler(program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (error) throw error;
  if (status !== 0 || stderr !== "") throw new Error(`${program} ${args.join(" ")}: status ${status}, ${stderr}`);
  return stdout;
}
