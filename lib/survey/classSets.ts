import { readFile } from "node:fs/promises";
import { z } from "zod";
import { SurveyError } from "../errors";
import { ADE20K_CLASSES, CITYSCAPES_CLASSES, PASCAL_CONTEXT_CLASSES } from "./dataSetClasses";

/** What the values of label pictures mean. */
export interface ClassSet {
  /** Names by class number. */
  readonly names: readonly string[];
  /** Whether a stored 0 does not count and a stored k is class k - 1. */
  readonly reduceZeroLabel: boolean;
  /** Stored value of pixels that do not count; null for 255 where that is no class. */
  readonly ignoreLabel: number | null;
}

/** Class sets of published data sets, and how their label files are named where not as the pictures are. */
const PUBLISHED = {
  "pascal-context-59": { names: PASCAL_CONTEXT_CLASSES.slice(1), reduceZeroLabel: true },
  "pascal-context-60": { names: PASCAL_CONTEXT_CLASSES, reduceZeroLabel: false },
  ade20k: { names: ADE20K_CLASSES, reduceZeroLabel: true },
  cityscapes: { names: CITYSCAPES_CLASSES, reduceZeroLabel: false },
} as const;

/** Names of the class sets of published data sets. */
export const CLASS_SETS = Object.keys(PUBLISHED) as readonly string[];

const schema = z.strictObject({
  classes: z.array(z.string().min(1)).min(1).max(65_536),
  reduceZeroLabel: z.boolean().default(false),
  ignoreLabel: z.number().int().min(0).max(65_535).optional(),
});

/**
 * The class set of a published data set, or of a JSON file with `classes`, `reduceZeroLabel` and `ignoreLabel`.
 *
 * @param nameOrPath one of `CLASS_SETS`, or a file
 * @throws SurveyError `classes`
 */
export async function readClassSet(nameOrPath: string): Promise<ClassSet> {
  if (Object.hasOwn(PUBLISHED, nameOrPath)) {
    return { ...PUBLISHED[nameOrPath as keyof typeof PUBLISHED], ignoreLabel: null };
  }
  const text = await readFile(nameOrPath, "utf8").catch(() => {
    const expected = `one of ${CLASS_SETS.join(", ")}, or a JSON file`;
    throw new SurveyError("classes", `classes: expected ${expected}, found ${nameOrPath}`);
  });
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const subject = [nameOrPath, ...issue.path].join(": ");
    throw new SurveyError("classes", `${subject}: ${issue.message}`);
  }
  const { classes, reduceZeroLabel, ignoreLabel } = parsed.data;
  return { names: classes, reduceZeroLabel, ignoreLabel: ignoreLabel ?? null };
}

/** What is not JSON is left to the schema to refuse. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
