import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as ts from "typescript";

/** A place in a cell, counted from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** A mistake that TypeScript found in a cell. */
export interface Diagnostic {
  readonly start: Position;
  readonly end: Position;
  readonly messageText: string;
  readonly code: number;
  /** File relative to the notebook's folder; undefined for the cell itself. */
  readonly fileName?: string;
}

/** A cell in JavaScript, as tslab's converter gives it. */
export interface Conversion {
  readonly output?: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** tslab's converter from TypeScript to JavaScript. */
export interface Converter {
  convert(previousDeclarations: string, source: string): Conversion;
  close(): void;
}

/** tslab's executor, which keeps the variables of the cells. */
export interface Executor {
  execute(source: string): Promise<boolean>;
  inspect(source: string, position: number): ts.QuickInfo | undefined;
  complete(source: string, position: number): { start: number; end: number; candidates: string[] };
  interrupt(): void;
  close(): void;
}

/** What tslab's executor prints to. */
export interface Console {
  log(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

/** Sends what a cell displays. */
export type DisplayHook = (content: Readonly<Record<string, unknown>>, update?: boolean) => void;

/** The TypeScript that tslab brings. */
export type Compiler = typeof ts;

/** The parts of tslab that make a kernel. */
export interface Tslab {
  createConverter(options: { readonly isJS: boolean; readonly isBrowser: boolean }): Converter;
  createExecutor(
    folder: string,
    converters: { readonly node: Converter; readonly browser: Converter; close(): void },
    console: Console,
  ): Executor;
  isCompleteCode(source: string): { readonly completed: boolean; readonly indent?: string };
  printQuickInfo(info: ts.QuickInfo): string;
  /** tslab's own displays, and this library's, are sent through `lastWriteDisplayData`. */
  readonly jupyter: { lastWriteDisplayData: DisplayHook | null };
  /** The folder of its files. */
  readonly folder: string;
}

const COMPILER = "@tslab/typescript-for-tslab";

/** Version of the TypeScript that tslab brings. */
export function typescriptVersion(): string {
  return require(resolveFromTslab(`${COMPILER}/package.json`)).version;
}

/** Loads the TypeScript that tslab brings; takes some tenths of a second. */
export function loadTypeScript(): Compiler {
  return require(resolveFromTslab(COMPILER));
}

/**
 * Loads the project's own tslab with some functions of its compiler replaced.
 *
 * tslab offers no options for the compiler, so its converter is loaded with a compiler that differs in those functions.
 *
 * @param replace functions to use instead, given the compiler
 */
export function loadTslab(replace: (compiler: Compiler) => Partial<Compiler>): Tslab {
  const folder = join(dirname(require.resolve("tslab/package.json")), "dist");
  const compiler = loadTypeScript();
  const record = require.cache[resolveFromTslab(COMPILER)]!;
  const { createConverter, isCompleteCode } = withExports(record, { ...compiler, ...replace(compiler) }, () =>
    require(join(folder, "converter.js")),
  );
  return {
    createConverter,
    isCompleteCode,
    createExecutor: require(join(folder, "executor.js")).createExecutor,
    printQuickInfo: require(join(folder, "inspect.js")).printQuickInfo,
    jupyter: require(join(folder, "jupyter.js")),
    folder,
  };
}

function resolveFromTslab(name: string): string {
  return createRequire(require.resolve("tslab/package.json")).resolve(name);
}

function withExports<T>(record: NodeJS.Module, exports: unknown, load: () => T): T {
  const own: unknown = record.exports;
  record.exports = exports;
  try {
    return load();
  } finally {
    record.exports = own;
  }
}
