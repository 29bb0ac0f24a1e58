import { execFile } from "node:child_process";
import { accessSync, constants, readdirSync, readFileSync, statSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { type Probe, startProbe } from "./probe";

/** What a check found out. `off` is something that is not there and not needed here. */
export interface Finding {
  readonly status: "ok" | "warning" | "missing" | "off";
  /** What was looked at, e.g. `engine webgpu`. */
  readonly subject: string;
  /** What was found, in one line. */
  readonly found: string;
  /** What to do about it, in one line. */
  readonly fix?: string;
}

/** Looks at one part of the machine; never rejects for what it looks for. */
export type Check = (surroundings: Surroundings) => Promise<Finding>;

/** How a command ended. */
export interface CommandOutcome {
  /** Exit code, or null when it did not start or a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why there is no exit code: an error code, or the name of a signal. */
  readonly failure?: string;
}

/** All that the checks know of the machine. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly versions: { readonly node: string; readonly napi?: string };
  readonly env: NodeJS.ProcessEnv;
  /** Bytes; `constrained` is the limit that the system sets this process, where Node knows it. */
  readonly memory: { readonly total: number; readonly free: number; readonly constrained?: number };
  /** Content of a small text file, undefined when it cannot be read. */
  readText(path: string): string | undefined;
  /** Names in a folder, none when it cannot be read. */
  list(folder: string): readonly string[];
  /** Path of a program by its name on the PATH or its own path; undefined when it cannot be run. */
  findCommand(name: string): string | undefined;
  /** Runs a program for at most 30 seconds; never rejects. */
  run(path: string, args: readonly string[]): Promise<CommandOutcome>;
  /** Tries something in a process of its own. */
  readonly probe: Probe;
}

const COMMAND_SECONDS = 30;

/** This machine, as this process sees it. */
export function thisMachine(): Surroundings {
  const { platform, arch, versions, env } = process;
  const constrained = process.constrainedMemory?.();
  return {
    platform,
    arch,
    versions,
    env,
    memory: { total: totalmem(), free: freemem(), ...(constrained ? { constrained } : {}) },
    readText: (path) => orUndefined(() => readFileSync(path, "utf8")),
    list: (folder) => orUndefined(() => readdirSync(folder)) ?? [],
    findCommand: (name) => candidates(name, env).find(isProgram),
    run,
    probe: startProbe,
  };
}

function candidates(name: string, env: NodeJS.ProcessEnv): string[] {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const paths = isAbsolute(name) ? [name] : /[\\/]/.test(name) ? [resolve(name)] : folders.map((f) => join(f, name));
  if (process.platform !== "win32") return paths;
  const extensions = ["", ...(env.PATHEXT ?? ".EXE;.CMD;.BAT").split(";")];
  return paths.flatMap((path) => extensions.map((extension) => path + extension));
}

function isProgram(path: string): boolean {
  return orUndefined(() => accessSync(path, constants.X_OK) === undefined && statSync(path).isFile()) ?? false;
}

function run(path: string, args: readonly string[]): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    execFile(path, args, { timeout: COMMAND_SECONDS * 1000, windowsHide: true }, (error, stdout, stderr) => {
      const code = error ? (error.code ?? error.signal) : 0;
      const ended = typeof code === "number" ? { status: code } : { status: null, failure: String(code) };
      resolve({ ...ended, stdout, stderr });
    });
  });
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
