import { SourceMap, type SourceMapPayload } from "node:module";

/** A place in a source text, lines and columns counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Leads from a place in the JavaScript of a cell to the place in its TypeScript. */
export type FindPlace = (place: Place) => Place | undefined;

const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]*)\s*$/;

/**
 * Joins the source maps of the two steps in which tslab makes JavaScript: without types, then without `import`.
 *
 * @param maps the first step's map, then the second's
 */
export function joinMaps(...maps: readonly [SourceMapPayload, SourceMapPayload]): FindPlace {
  let loaded: readonly SourceMap[] | undefined;
  return (place) => {
    loaded ??= [...maps].reverse().map((map) => new SourceMap(map));
    return loaded.reduce<Place | undefined>((found, map) => found && original(map, found), place);
  };
}

/** Cuts the source map off a program that carries it in its last line. */
export function splitInlineMap(program: string): { readonly code: string; readonly map?: SourceMapPayload } {
  const match = INLINE_MAP.exec(program);
  if (!match) return { code: program };
  const map = JSON.parse(Buffer.from(match[1]!, "base64").toString("utf8")) as SourceMapPayload;
  return { code: program.slice(0, match.index), map };
}

function original(map: SourceMap, { line, column }: Place): Place | undefined {
  const entry = map.findEntry(line - 1, column - 1);
  return "originalLine" in entry ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 } : undefined;
}
