import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { jupyterEnvironment } from "./jupyter";

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

/** Starts JupyterLab with the project's kernel on a copy of the notebooks, without a browser, and waits until it answers. */
export async function startJupyterLab(): Promise<JupyterLab> {
  const home = await mkdtemp(join(tmpdir(), "setr-lab-"));
  const folder = join(home, "notebooks");
  await cp(NOTEBOOKS, folder, { recursive: true });
  await askNobody(join(home, "settings"));
  const token = randomBytes(16).toString("hex");
  const port = await freePort();
  const env = {
    ...(await jupyterEnvironment(home)),
    JUPYTER_TOKEN: token,
    JUPYTER_CONFIG_DIR: join(home, "config"), // the user's own settings play no part
    JUPYTER_RUNTIME_DIR: join(home, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(home, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(home, "workspaces"),
  };
  const server = [`--ServerApp.root_dir=${folder}`, "--ServerApp.ip=127.0.0.1", `--ServerApp.port=${port}`];
  const args = [
    "lab",
    "--no-browser",
    "--allow-root",
    ...server,
    "--LabApp.news_url=None",
    "--LabApp.extension_manager=readonly",
  ];
  const child = spawn("jupyter", args, { env, stdio: "ignore" });
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM"); // shuts its kernels down too
    const late = setTimeout(() => child.kill("SIGKILL"), 1000 * STOP_SECONDS);
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

/** Keeps JupyterLab from asking for news and newer versions, and from asking whether it may. */
async function askNobody(settings: string): Promise<void> {
  const folder = join(settings, "@jupyterlab", "apputils-extension");
  await mkdir(folder, { recursive: true });
  const quiet = JSON.stringify({ fetchNews: "false", checkForUpdates: false });
  await writeFile(join(folder, "notification.jupyterlab-settings"), quiet);
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
