import { METADATA } from "./metadata";

/** Names of the classes that a file carries, and one sentence where they cannot be used. */
export interface ClassNames {
  /** By class number; undefined when the file has none that fit. */
  readonly classes: readonly string[] | undefined;
  readonly notes: readonly string[];
}

/**
 * Reads the names of the classes from a file's metadata; names that do not fit the model are left aside with a note.
 *
 * @param numClasses number K of classes of the model
 */
export function classNames(metadata: Readonly<Record<string, string>>, numClasses: number): ClassNames {
  const text = metadata[METADATA.classes];
  if (text === undefined) return { classes: undefined, notes: [] };
  const value = parsed(text);
  const isNames = Array.isArray(value) && value.every((name) => typeof name === "string");
  if (isNames && value.length === numClasses) return { classes: value as string[], notes: [] };
  const found = isNames ? `${value.length} names` : text.slice(0, 40);
  const expected = `${METADATA.classes}: expected a JSON list of ${numClasses} names`;
  return { classes: undefined, notes: [`${expected}, found ${found}; classes go without names`] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
