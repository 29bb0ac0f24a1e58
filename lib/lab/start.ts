import { type ChildProcess, spawn } from "node:child_process";
import type { Jupyter } from "./jupyter";

/** How JupyterLab is started. */
export interface LabOptions {
  /** Folder that it shows. */
  readonly folder: string;
  /** Port on this machine; the first free one from 8888 by default. */
  readonly port?: number;
  /** Whether a browser is opened; default true. */
  readonly browser?: boolean;
}

/**
 * Starts JupyterLab, reachable from this machine only, with the token that Jupyter makes for each start.
 *
 * @returns the process; its output is the terminal's
 */
export function startLab({ command }: Jupyter, { folder, port, browser = true }: LabOptions): ChildProcess {
  const [program, ...first] = command;
  const args = [
    ...first,
    "lab",
    "--ServerApp.ip=127.0.0.1",
    `--ServerApp.root_dir=${folder}`,
    ...(port === undefined ? [] : [`--ServerApp.port=${port}`, "--ServerApp.port_retries=0"]),
    ...(browser ? [] : ["--no-browser"]),
  ];
  return spawn(program, args, { stdio: "inherit" });
}
