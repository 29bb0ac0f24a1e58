import { join } from "node:path";
import type * as ts from "typescript";
import { type FindPlace, joinMaps, type Place, splitInlineMap } from "./sourceMaps";
import { type Compiler, type Conversion, type Converter, type Diagnostic, loadTslab, type Tslab } from "./tslab";

/** A cell that has been given to the compiler. */
export interface CompiledCell {
  /** Name of the cell as a reader knows it, e.g. `Cell [3]`. */
  readonly label: string;
  readonly source: string;
  /** Mistakes that TypeScript found; the cell does not run then. */
  readonly diagnostics: readonly Diagnostic[];
  /** The place in the cell of a place in its script. */
  readonly find: FindPlace;
}

/** Compiles cells, and remembers them by the name that their scripts have in stacks. */
export interface CellCompiler {
  readonly tslab: Tslab;
  readonly converter: Converter;
  readonly cells: ReadonlyMap<string, CompiledCell>;
  /** Names the cell that is compiled next. */
  name(label: string): void;
  /** The cell that was compiled last. */
  last(): CompiledCell | undefined;
}

// tslab puts `export {};` on a line before the cell; the script's first line is left to tslab's own prefix.
const LINES_BEFORE_CELL = 1;
const LINES_BEFORE_SCRIPT = 1;

const nowhere: FindPlace = () => undefined;

/**
 * Starts tslab's compiler for the notebook's folder; takes about a second.
 *
 * @param library folder of this library, whose types `import ... from "setr"` gives
 * @param types folders of further types, of Node above all
 * @param undisturbed runs a step of the compiler that must not be stopped half-way
 */
export function startCompiler(
  library: string,
  types: readonly string[],
  undisturbed: <T>(step: () => T) => T,
): CellCompiler {
  const steps = new Map<string, FindPlace>();
  const tslab = loadTslab((compiler) => ({
    createWatchCompilerHost: hostFor(compiler, library, types),
    transpileModule: recordingTranspiler(compiler, steps),
  }));
  const converter = tslab.createConverter({ isJS: false, isBrowser: false });
  const cells = new Map<string, CompiledCell>();
  let label = "";
  let last: CompiledCell | undefined;
  const convert = (previous: string, source: string): Conversion => {
    const conversion = converter.convert(previous, source);
    const { output, diagnostics } = conversion;
    const name = `setr-cell-${cells.size + 1}`;
    const find = output === undefined ? nowhere : placeFinder(output, steps.get(output) ?? nowhere);
    steps.clear();
    last = { label, source, diagnostics, find };
    cells.set(name, last);
    return output ? { ...conversion, output: `\n${output}\n//# sourceURL=${name}` } : conversion;
  };
  return {
    tslab,
    converter: { ...converter, convert: (previous, source) => undisturbed(() => convert(previous, source)) },
    cells,
    name: (next) => {
      label = next;
      last = undefined;
    },
    last: () => last,
  };
}

/** Compiler settings that tslab has no options for: source maps, and this library's types from any folder. */
function hostFor(compiler: Compiler, library: string, types: readonly string[]): Compiler["createWatchCompilerHost"] {
  const create = compiler.createWatchCompilerHost as (...args: unknown[]) => ts.WatchCompilerHost<ts.BuilderProgram>;
  return ((files: unknown, options: ts.CompilerOptions, ...rest: unknown[]) => {
    const more: ts.CompilerOptions = {
      inlineSourceMap: true,
      paths: { setr: [join(library, "dist", "index.d.ts").replaceAll("\\", "/")] },
      typeRoots: [...(options.typeRoots ?? []), ...types],
    };
    return create(files, { ...options, ...more }, ...rest);
  }) as Compiler["createWatchCompilerHost"];
}

/** The second step of tslab's compiler, which also remembers how to find the way back through both steps. */
function recordingTranspiler(compiler: Compiler, steps: Map<string, FindPlace>): Compiler["transpileModule"] {
  return (input, options) => {
    const { code, map } = splitInlineMap(input);
    const compilerOptions = { ...options.compilerOptions, inlineSourceMap: true };
    const result = compiler.transpileModule(code, { ...options, compilerOptions });
    const second = splitInlineMap(result.outputText);
    if (map && second.map) steps.set(second.code, joinMaps(map, second.map));
    return { ...result, outputText: second.code };
  };
}

/** What stands after the output is tslab's own call of the script, which has no place in the cell. */
function placeFinder(output: string, find: FindPlace): FindPlace {
  const lines = output.trimEnd().split("\n").length;
  return ({ line, column }: Place) => {
    const inOutput = line - LINES_BEFORE_SCRIPT;
    const place = inOutput <= lines ? find({ line: inOutput, column }) : undefined;
    return place && { line: place.line - LINES_BEFORE_CELL, column: place.column };
  };
}
