import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PROGRAM } from "./program";

const NOTEBOOKS = join(__dirname, "..", "notebooks");
const START_SECONDS = 120;
/** A server whose browser left in the middle of a file has ended its kernels, but waits for ever to end itself. */
const STOP_SECONDS = 30;

/** A running JupyterLab. */
export interface JupyterLab {
  /** `http://127.0.0.1:PORT`; needs the token, as in `${url}/lab/tree/NAME.ipynb?token=${token}`. */
  readonly url: string;
  readonly token: string;
  /** The folder it shows, a copy of `notebooks`. */
  readonly folder: string;
  /** Ends it, its kernels included, and removes the copy. */
  stop(): Promise<void>;
}

/** Starts JupyterLab by `setr lab` on a copy of the notebooks, without a browser, and waits until it answers. */
export async function startJupyterLab(): Promise<JupyterLab> {
  const home = await mkdtemp(join(tmpdir(), "setr-lab-"));
  const folder = join(home, "notebooks");
  await cp(NOTEBOOKS, folder, { recursive: true });
  await askNobody(home);
  const token = randomBytes(16).toString("hex");
  const port = await freePort();
  const runtime = join(home, "runtime");
  const env = {
    ...process.env,
    JUPYTER_TOKEN: token,
    JUPYTER_PATH: join(home, "share", "jupyter"), // where the kernel is registered
    JUPYTER_CONFIG_DIR: join(home, "config"), // the user's own settings play no part
    JUPYTER_DATA_DIR: join(home, "data"),
    JUPYTER_RUNTIME_DIR: runtime,
    JUPYTERLAB_SETTINGS_DIR: join(home, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(home, "workspaces"),
  };
  const args = [PROGRAM, "lab", folder, "--no-browser", "--port", String(port)];
  const child = spawn(process.execPath, args, { env, stdio: "ignore" });
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM"); // ends JupyterLab, which shuts its kernels down too
    const late = setTimeout(() => killServers(runtime), 1000 * STOP_SECONDS);
    await ended;
    clearTimeout(late);
    await rm(home, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const answers = answering(`${url}/api/status?token=${token}`);
  if (await Promise.race([answers, ended.then(() => false)])) return { url, token, folder, stop };
  await stop();
  throw new Error(`JupyterLab did not answer within ${START_SECONDS} s`);
}

/** Keeps JupyterLab from asking for news and newer versions, and from asking whether it may; lets root start it, as in CI. */
async function askNobody(home: string): Promise<void> {
  const notification = join("settings", "@jupyterlab", "apputils-extension", "notification.jupyterlab-settings");
  const contents: Readonly<Record<string, unknown>> = {
    [notification]: { fetchNews: "false", checkForUpdates: false },
    [join("config", "jupyter_server_config.json")]: { ServerApp: { allow_root: true } },
    [join("config", "jupyter_lab_config.json")]: { LabApp: { news_url: null, extension_manager: "readonly" } },
  };
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), JSON.stringify(content));
  }
}

/** Kills the servers that have noted themselves in Jupyter's folder, by their numbers. */
async function killServers(runtime: string): Promise<void> {
  for (const name of await readdir(runtime)) {
    const [, pid] = /^jpserver-(\d+)\.json$/.exec(name) ?? [];
    if (pid) process.kill(Number(pid), "SIGKILL");
  }
}

async function answering(url: string): Promise<boolean> {
  for (let tries = 0; tries < START_SECONDS; tries++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return true;
    await sleep(1000);
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
