import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where a kernel listens, and the secret that its messages are signed with. */
export interface Connection {
  /** Private folder (mode 0700) that holds the connection file and, for `ipc`, the sockets. */
  readonly folder: string;
  /** Path of the connection file (mode 0600). */
  readonly file: string;
  readonly transport: "ipc" | "tcp";
  readonly key: string;
  readonly shellAddress: string;
  readonly iopubAddress: string;
  readonly controlAddress: string;
}

// A Unix socket path may be 103 bytes long on macOS and 107 on Linux.
const LONGEST_SOCKET_PATH = 103;

/**
 * Makes the private folder and connection file of a new kernel.
 *
 * Sockets are Unix sockets inside that folder, out of reach of other users and free of port races; Windows, and a folder
 * for temporary files with a very long path, get TCP on 127.0.0.1 instead. Addresses are written the way tslab binds
 * them, `transport://ip:port`, for both transports.
 *
 * @throws Error of the file system when the folder for temporary files cannot be written
 */
export async function createConnection(): Promise<Connection> {
  const folder = await mkdtemp(join(tmpdir(), "setr-kernel-"));
  try {
    const socketPath = join(folder, "s");
    const fits = Buffer.byteLength(`${socketPath}:5`) <= LONGEST_SOCKET_PATH;
    const transport = process.platform !== "win32" && fits ? "ipc" : "tcp";
    const ip = transport === "ipc" ? socketPath : "127.0.0.1";
    const ports = transport === "ipc" ? [1, 2, 3, 4, 5] : await freePorts(5);
    const file = join(folder, "connection.json");
    const key = randomBytes(32).toString("hex");
    await writeFile(file, connectionFile(transport, ip, ports, key), { mode: 0o600 });
    const [shellAddress, iopubAddress, controlAddress] = ports.map((port) => `${transport}://${ip}:${port}`);
    return { folder, file, transport, key, shellAddress, iopubAddress, controlAddress };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Removes the private folder of a connection at once; does nothing when it is gone already. */
export function removeConnection(connection: Connection): void {
  rmSync(connection.folder, { recursive: true, force: true });
}

function connectionFile(transport: string, ip: string, ports: readonly number[], key: string): string {
  const [shell_port, iopub_port, control_port, stdin_port, hb_port] = ports;
  const places = { transport, ip, shell_port, iopub_port, control_port, stdin_port, hb_port };
  return JSON.stringify({ ...places, key, signature_scheme: "hmac-sha256", kernel_name: "setr" }, null, 1);
}

/** Holds all ports open until every one is known, so that none is given out twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    return await Promise.all(
      servers.map(
        (server) =>
          new Promise<number>((resolve, reject) => {
            server.once("error", reject);
            server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
          }),
      ),
    );
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
