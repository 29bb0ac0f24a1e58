import type { Check } from "./surroundings";

const REINSTALL = "npm ci";

/** One check for each package that is loaded natively, brings files, or is a program: tslab, zeromq, fonts, sharp. */
export const PACKAGE_CHECKS: readonly Check[] = [
  loads("tslab", "notebooks: tslab", REINSTALL),
  loads("zeromq", "notebooks: zeromq", "npm ci, then npm rebuild zeromq"),
  loads("font", "font", REINSTALL),
  loads("sharp", "pictures: sharp", "npm ci --include=optional"),
];

function loads(what: string, subject: string, fix: string): Check {
  return async ({ probe }) => {
    const { state, found } = await probe(what);
    return state === "works" ? { status: "ok", subject, found } : { status: "missing", subject, found, fix };
  };
}
